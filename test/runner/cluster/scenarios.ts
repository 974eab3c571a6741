// Scenarios: what is done to real swarms so that their snapshots can be recorded.

/** A real sandbox, as the recording drives it. */
export interface Bench {
	/** Runs a shell command in a node; resolves with its output, also when it fails. */
	run(node: string, command: string): Promise<string>;
	setNode(node: string, action: 'stop' | 'start' | 'pause' | 'unpause'): Promise<void>;
	addressOf(node: string): string;
	/** Stores what is seen now under a name. */
	take(name: string): Promise<void>;
	/** Waits until a command's output in a node matches. */
	until(node: string, command: string, pattern: RegExp): Promise<void>;
	/** Waits until the nodes' engines answer. */
	ready(): Promise<void>;
}

export interface Scenario {
	name: string;
	topology: { managers: number; workers: number };
	play(bench: Bench): Promise<void>;
}

const image = 'carmeloc/goweb:1.0';

async function form(bench: Bench, managers: number, workers: number) {
	const address = bench.addressOf('manager1');
	await bench.run('manager1', `docker swarm init --advertise-addr ${address}`);
	const join = async (node: string, role: string) => {
		const token = await bench.run('manager1', `docker swarm join-token -q ${role}`);
		await bench.run(node, `docker swarm join --token ${token.trim()} ${address}:2377`);
	};
	for (let number = 2; number <= managers; number++) await join(`manager${number}`, 'manager');
	for (let number = 1; number <= workers; number++) await join(`worker${number}`, 'worker');
	await bench.until(
		'manager1',
		'docker node ls --format {{.Status}} | grep -c Ready',
		new RegExp(`^${managers + workers}$`),
	);
}

export const scenarios: Scenario[] = [
	{
		name: 'joining',
		topology: { managers: 1, workers: 2 },
		async play(bench) {
			await bench.take('unformed');
			await bench.run('manager1', `docker swarm init --advertise-addr ${bench.addressOf('manager1')}`);
			await bench.take('one-manager');
			const token = (await bench.run('manager1', 'docker swarm join-token -q worker')).trim();
			await bench.run('worker1', `docker swarm join --token ${token} ${bench.addressOf('manager1')}:2377`);
			await bench.take('one-worker-joining');
			await bench.run('worker2', `docker swarm init --advertise-addr ${bench.addressOf('worker2')}`);
			await bench.take('two-swarms');
			await bench.run('worker2', 'docker swarm leave --force');
			await bench.run('worker2', `docker swarm join --token ${token} ${bench.addressOf('manager1')}:2377`);
			await bench.until('manager1', 'docker node ls --format {{.Status}} | grep -c Ready', /^3$/);
			await bench.run('manager1', 'docker node update --label-add disk=ssd worker2');
			await bench.take('formed-labelled');
		},
	},
	{
		name: 'services',
		topology: { managers: 1, workers: 2 },
		async play(bench) {
			await form(bench, 1, 2);
			await bench.take('formed');
			await bench.run(
				'manager1',
				`docker service create --detach --name goweb --publish published=8888,target=8080 ${image}`,
			);
			await bench.take('service-just-created');
			const running = 'docker service ls --format "{{.Name}} {{.Replicas}}"';
			await bench.until('manager1', running, /goweb 1\/1/);
			await bench.take('service-running');
			await bench.run('manager1', 'docker service scale goweb=3');
			await bench.take('service-scaled');
			await bench.run('manager1', 'docker node update --availability drain worker1');
			await bench.take('draining');
			await bench.until(
				'manager1',
				'docker service ps goweb -f desired-state=running --format "{{.CurrentState}} {{.Node}}" | grep -vc worker1',
				/^3$/,
			);
			await bench.until('manager1', running, /goweb 3\/3/);
			await bench.take('drained');
			await bench.run('manager1', 'docker node update --availability active worker1');
			await bench.run('manager1', `docker service update --detach --image carmeloc/goweb:2.0 goweb`);
			await bench.until('manager1', 'docker service inspect goweb --format {{.UpdateStatus.State}}', /paused/);
			await bench.take('update-paused');
			await bench.run('manager1', 'docker service rollback goweb');
			await bench.take('rolled-back');
			await bench.run('manager1', 'docker service rm goweb');
			await bench.take('service-just-removed');
		},
	},
	{
		name: 'troubles',
		topology: { managers: 1, workers: 2 },
		async play(bench) {
			await form(bench, 1, 2);
			await bench.run('manager1', 'docker service create --detach --name goweb carmeloc/goweb:9.9');
			await bench.until('manager1', 'docker service ps goweb --format {{.CurrentState}}', /Rejected/);
			await bench.take('rejected');
			await bench.run('manager1', 'docker service rm goweb');
			await bench.run(
				'manager1',
				`docker service create --detach --name goweb --replicas 2 --constraint node.labels.disk==ssd ${image}`,
			);
			await bench.until('manager1', 'docker service ps goweb --no-trunc --format {{.Error}}', /no suitable/);
			await bench.take('unplaceable');
			await bench.run('manager1', 'docker service rm goweb');
			await bench.run(
				'manager1',
				`docker service create --detach --name goweb --restart-delay 1s ${image} --no-such-flag`,
			);
			await bench.until('manager1', 'docker service ps goweb --format {{.CurrentState}}', /Failed/);
			await bench.take('failing');
			await bench.run('manager1', 'docker service rm goweb');
			await bench.run(
				'manager1',
				`docker service create --detach --name goweb --replicas 4 --publish mode=host,published=80,target=8080 ${image}`,
			);
			await bench.until('manager1', 'docker service ps goweb --no-trunc --format {{.Error}}', /port already in use/);
			await bench.until('manager1', 'docker service ls --format {{.Replicas}}', /3\/4/);
			await bench.take('host-port-taken');
			await bench.run('manager1', 'docker service rm goweb');
			await bench.run('manager1', `docker service create --detach --name goweb --reserve-memory 900g ${image}`);
			await bench.until('manager1', 'docker service ps goweb --no-trunc --format {{.Error}}', /insufficient/);
			await bench.take('insufficient-memory');
		},
	},
	{
		name: 'kinds',
		topology: { managers: 1, workers: 2 },
		async play(bench) {
			await form(bench, 1, 2);
			await bench.run('manager1', `docker service create --detach --name everywhere --mode global ${image}`);
			await bench.take('global-just-created');
			await bench.until('manager1', 'docker service ls --format "{{.Name}} {{.Replicas}}"', /everywhere 3\/3/);
			await bench.take('global');
			await bench.run('manager1', 'docker service rm everywhere');
			await bench.run('manager1', 'docker network create --driver overlay --attachable --opt encrypted backstage');
			await bench.run('manager1', 'printf hunter2 | docker secret create password -');
			await bench.run('manager1', 'printf "a=1" | docker config create settings -');
			await bench.run(
				'manager1',
				`docker service create --name api --network backstage --secret password --config settings ${image}`,
			);
			await bench.run('worker1', `docker run -d --name guest --network backstage ${image}`);
			await bench.take('network-secret-config');
			await bench.run('manager1', 'docker service rm api');
			const stack = `services: { web: { image: "${image}", deploy: { replicas: 2 } }, api: { image: "${image}", secrets: [key] } }
secrets: { key: { file: /etc/hostname } }`;
			await bench.run(
				'manager1',
				`printf '%s\\n' 'version: "3.8"' '${stack.replaceAll('\n', "' '")}' > /tmp/shop.yaml && docker stack deploy --detach=true -c /tmp/shop.yaml shop`,
			);
			await bench.until('manager1', 'docker service ls --format "{{.Name}} {{.Replicas}}"', /shop_web 2\/2/);
			await bench.until('manager1', 'docker service ls --format "{{.Name}} {{.Replicas}}"', /shop_api 1\/1/);
			await bench.take('stack');
			await bench.run('manager1', 'docker stack rm shop');
			await bench.run(
				'manager1',
				`docker service create --detach --name job --mode replicated-job --replicas 2 ${image} -health`,
			);
			await bench.until('manager1', 'docker service ps job --format {{.CurrentState}}', /(Complete|Failed)/);
			await bench.take('job');
		},
	},
	{
		name: 'losses',
		topology: { managers: 1, workers: 2 },
		async play(bench) {
			await form(bench, 1, 2);
			await bench.run('manager1', `docker service create --name goweb --replicas 3 ${image}`);
			await bench.setNode('worker2', 'stop');
			await bench.take('worker-just-stopped');
			await bench.until('manager1', 'docker node ls --format "{{.Hostname}} {{.Status}}"', /worker2 Down/);
			await bench.until('manager1', 'docker service ls --format {{.Replicas}}', /3\/3/);
			await bench.take('worker-down');
			await bench.setNode('worker2', 'start');
			await bench.ready();
			await bench.until('manager1', 'docker node ls --format "{{.Hostname}} {{.Status}}"', /worker2 Ready/);
			await bench.take('worker-back');
			await bench.run('worker2', 'docker swarm leave');
			await bench.take('worker-just-left');
			await bench.until('manager1', 'docker node ls --format "{{.Hostname}} {{.Status}}"', /worker2 Down/);
			await bench.take('worker-left');
			const token = (await bench.run('manager1', 'docker swarm join-token -q worker')).trim();
			await bench.run('worker2', `docker swarm join --token ${token} ${bench.addressOf('manager1')}:2377`);
			await bench.until('manager1', 'docker node ls --format "{{.Hostname}} {{.Status}}"', /worker2 Ready/);
			await bench.take('worker-joined-again');
			await bench.setNode('worker1', 'pause');
			await bench.take('worker-paused');
			await bench.setNode('worker1', 'unpause');
			await bench.run('manager1', 'docker swarm update --autolock=true');
			await bench.take('autolock');
			await bench.setNode('manager1', 'stop');
			await bench.take('only-manager-stopped');
			await bench.setNode('manager1', 'start');
			await bench.ready();
			await bench.take('locked');
			await bench.setNode('manager1', 'stop');
			await bench.setNode('worker1', 'stop');
			await bench.setNode('worker2', 'stop');
			await bench.take('nobody-answers');
		},
	},
	{
		name: 'quorum',
		topology: { managers: 3, workers: 0 },
		async play(bench) {
			await form(bench, 3, 0);
			await bench.take('three-managers');
			await bench.setNode('manager1', 'stop');
			await bench.until('manager2', 'docker node ls --format "{{.Hostname}} {{.ManagerStatus}}"', /manager[23] Leader/);
			await bench.take('leader-moved');
			await bench.setNode('manager2', 'stop');
			await bench.take('quorum-just-lost');
			await bench.until('manager3', 'docker node ls 2>&1', /does not have a leader/i);
			await bench.take('quorum-lost');
		},
	},
	{
		name: 'networks',
		topology: { managers: 1, workers: 2 },
		async play(bench) {
			await form(bench, 1, 2);
			const tasks = 'docker service ps goweb --format {{.CurrentState}}';
			await bench.run('manager1', 'docker network create --driver overlay --subnet 10.55.0.0/24 front');
			await bench.run('manager1', 'docker network create --driver overlay --subnet 10.55.0.0/24 back');
			await bench.run('manager1', `docker service create --detach --name goweb --network back ${image}`);
			await bench.until('manager1', tasks, /New/);
			await bench.take('network-not-made');
			await bench.run('manager1', 'docker service rm goweb');
			await bench.run('manager1', 'docker network create --driver overlay --subnet 10.56.0.0/30 tiny');
			await bench.run('manager1', `docker service create --detach --name goweb --replicas 2 --network tiny ${image}`);
			await bench.until('manager1', tasks, /New/);
			await bench.take('network-full');
			await bench.run('manager1', 'docker service rm goweb');
			await bench.run('manager1', 'docker network create --driver overlay --opt com.docker.network.driver.mtu=x odd');
			await bench.run('manager1', `docker service create --detach --name goweb --network odd ${image}`);
			await bench.until('manager1', tasks, /Rejected/);
			await bench.take('network-refused-by-node');
			await bench.run('manager1', 'docker service rm goweb');
			await bench.run(
				'manager1',
				`docker service create --name goweb --replicas 2 --update-order start-first --update-monitor 5s ${image}`,
			);
			await bench.run(
				'manager1',
				'docker service update --detach --health-cmd "/goweb -nonsense" --health-interval 500ms --health-retries 1 goweb',
			);
			await bench.until('manager1', 'docker service inspect goweb --format {{.UpdateStatus.State}}', /paused/);
			await bench.take('update-never-healthy');
		},
	},
];
