// Bench of the mesh: how soon it follows, what a request through it costs beside plain traffic and Docker's own userland
// proxy, and what it costs when nothing happens and when something changes.
import { setTimeout as sleep } from 'node:timers/promises';
import { formatConfigProblems, readConfig } from '#runner/config.ts';
import { stopEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import type { Cluster } from '../conformance/cluster.ts';
import { openNodes } from '../conformance/open-nodes.ts';
import { shoalNodes } from '../conformance/shoal-nodes.ts';
import { type Bench, collector, ratio } from './figures.ts';

const topology = { managers: 1, workers: 2, swarm: 'formed' } as const;
const images = ['shoal/probe:1', 'carmeloc/goweb:1.0'];
const requests = 200;
const fileMegabytes = 64;
const idleSeconds = 20;
const changes = 6;

/** Ways to a web server; each pair differs in who carries the connection alone. `small` answers at once, `big` sends a file. */
const ways = {
	'plain, container to container on another node': {
		from: 'client',
		host: 'tasks.small',
		port: 8080,
		big: 'tasks.big',
	},
	'virtual IP, container to container on another node': { from: 'client', host: 'small', port: 8080, big: 'big' },
	'userland proxy, node to its own container': { from: 'node', host: '127.0.0.1', port: 8180, bigPort: 8280 },
	'published port, node to its own container': { from: 'node', host: '127.0.0.1', port: 8181, bigPort: 8281 },
} as const;
type Way = keyof typeof ways;

const files = `shoal/probe:1 sh -c 'dd if=/dev/zero of=/www/big bs=1M count=${fileMegabytes} 2>/dev/null; exec httpd -f -p 8080 -h /www'`;

async function say(cluster: Cluster, node: string, script: string): Promise<string> {
	const answer = await cluster.run(node, `set -e\n${script}`, 120_000);
	if (answer.exitCode !== 0) throw new Error(`${node}: ${answer.stdout}${answer.stderr}`);
	return answer.stdout.trim();
}

/** Some services on all nodes, published and on a network of their own. */
async function populate(cluster: Cluster): Promise<void> {
	const create = 'docker service create -q --network app --mode global';
	await say(
		cluster,
		'manager1',
		`docker network create -d overlay app >/dev/null; ${create} --publish 8080:8080 shoal/probe:1 >/dev/null; ${create} --publish 8081:8080 carmeloc/goweb:1.0 >/dev/null`,
	);
}

async function prepare(cluster: Cluster): Promise<void> {
	const create = 'docker service create -d -q --network app';
	await say(
		cluster,
		'manager1',
		`docker network create -d overlay app >/dev/null
		${create} --name client --constraint node.hostname==manager1 shoal/probe:1 sleep 100000 >/dev/null
		${create} --name small --constraint node.hostname==worker1 carmeloc/goweb:1.0 >/dev/null
		${create} --name big --constraint node.hostname==worker1 ${files} >/dev/null
		${create} --name here --publish 8181:8080 --constraint node.hostname==manager1 carmeloc/goweb:1.0 >/dev/null
		${create} --name bighere --publish 8281:8080 --constraint node.hostname==manager1 ${files} >/dev/null
		docker run -d -p 8180:8080 carmeloc/goweb:1.0 >/dev/null; docker run -d -p 8280:8080 ${files} >/dev/null
		docker run -d --name node --network host shoal/probe:1 sleep 100000 >/dev/null
		for i in $(seq 300); do curl -sf -m 1 localhost:8181 && curl -sf -m 1 -r 0-1 localhost:8281/big && docker exec $(docker ps -qf name=client) sh -c 'http-time small 8080 / 1 && http-time big 8080 / 1' && exit 0; sleep 0.2; done >/dev/null 2>&1; exit 1`,
	);
}

/** Microseconds and bytes of each request. */
async function time(cluster: Cluster, way: Way, file: boolean): Promise<{ microseconds: number; bytes: number }[]> {
	const chosen = ways[way];
	const host = file && 'big' in chosen ? chosen.big : chosen.host;
	const port = file && 'bigPort' in chosen ? chosen.bigPort : chosen.port;
	const container = chosen.from === 'node' ? 'node' : '$(docker ps -qf name=client)';
	const printed = await say(
		cluster,
		'manager1',
		`docker exec ${container} http-time ${host} ${port} ${file ? '/big 1' : `/ ${requests}`}`,
	);
	return printed.split('\n').map((line) => {
		const [microseconds = 0, bytes = 0] = line.split(' ').map(Number);
		return { microseconds, bytes };
	});
}

/** From the moment that Swarm calls a new task running to its first answer on a node without a task, in ms. */
async function followMs(cluster: Cluster, run: number): Promise<number> {
	const name = `late${run}`;
	const port = 8300 + run;
	await say(
		cluster,
		'manager1',
		`docker service create -d -q --name ${name} --publish ${port}:8080 --constraint node.hostname==worker1 shoal/probe:1 >/dev/null`,
	);
	const served = await say(
		cluster,
		'worker2',
		`for i in $(seq 3000); do curl -s -m 1 localhost:${port} >/dev/null && break; sleep 0.01; done; date +%s%3N`,
	);
	const running = await say(
		cluster,
		'manager1',
		`for i in $(seq 100); do [ "$(docker inspect $(docker service ps -q ${name}) --format '{{.Status.State}}')" = running ] && break; sleep 0.05; done
		date -u +%s%3N -d "$(docker inspect $(docker service ps -q ${name}) --format '{{.Status.Timestamp}}' | cut -c1-29)"; docker service rm ${name} >/dev/null`,
	);
	return Math.max(0, Number(served) - Number(running));
}

/** CPU time of all that runs in the cluster's nodes, in seconds. */
async function cpuSeconds(cluster: Cluster): Promise<number> {
	const script =
		"cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null || awk '/usage_usec/ {print $2 * 1000}' /sys/fs/cgroup/cpu.stat";
	const each = await Promise.all(cluster.nodes.map((node) => say(cluster, node, script)));
	return each.reduce((sum, nanoseconds) => sum + Number(nanoseconds), 0) / 1e9;
}

/** CPU time of the mesh's own programs so far, in ms: its hands in all nodes with the scripts they ran, and the runner. */
async function meshMs(cluster: Cluster): Promise<number> {
	const script =
		"awk '{sum += $14 + $15 + $16 + $17} END {print sum * 1000 / '$(getconf CLK_TCK)'}' $(pgrep -x mesh-hand | sed 's|.*|/proc/&/stat|')";
	const each = await Promise.all(cluster.nodes.map((node) => say(cluster, node, script)));
	const { user, system } = process.cpuUsage();
	return each.reduce((sum, ms) => sum + Number(ms), 0) + (user + system) / 1000;
}

/** What one change costs, in ms of CPU: a task that comes or goes. Docker's own work is left out. */
async function changeMs(cluster: Cluster): Promise<number> {
	const before = await meshMs(cluster);
	await say(
		cluster,
		'manager1',
		`for i in $(seq ${changes / 2}); do docker service scale -d small=2 >/dev/null; sleep 3; docker service scale -d small=1 >/dev/null; sleep 3; done`,
	);
	return ((await meshMs(cluster)) - before) / changes;
}

/** Shares of a core that nodes with all that runs in them, the runner, and the mesh's programs take in a quiet while, in %. */
async function quiet(cluster: Cluster): Promise<{ nodes: number; runner: number; mesh: number }> {
	const meshBefore = await meshMs(cluster);
	const before = await cpuSeconds(cluster);
	const own = process.cpuUsage();
	await sleep(idleSeconds * 1000);
	const { user, system } = process.cpuUsage(own);
	const after = await cpuSeconds(cluster);
	const share = (seconds: number) => (seconds / idleSeconds) * 100;
	return {
		nodes: share(after - before),
		runner: share((user + system) / 1e6),
		mesh: share(((await meshMs(cluster)) - meshBefore) / 1000),
	};
}

export const bench: Bench = {
	runs: 10,
	async run({ runs, progress }) {
		const isOwn = process.env.SHOAL_INSTANCE === undefined;
		const read = readConfig({ SHOAL_INSTANCE: 'bench', ...process.env });
		if (!read.ok) throw new Error(formatConfigProblems(read.problems));
		const figures = collector();
		const open = (mesh: boolean) =>
			openNodes(read.config, silent, shoalNodes, { images, slowness: 1, onProblem: progress, mesh });
		const withMesh = await open(true);
		const withoutMesh = await open(false);
		try {
			{
				progress('what it costs when nothing happens');
				await using cluster = await withMesh.makeCluster(topology, images);
				await using other = await withoutMesh.makeCluster(topology, images);
				await Promise.all([cluster, other].map(populate));
				await sleep(5_000);
				for (let run = 0; run < Math.min(runs, 6); run++) {
					const mesh = await quiet(cluster);
					const none = await quiet(other);
					figures.add('idle, nodes with the mesh', '% of a core', mesh.nodes);
					figures.add('idle, nodes without it', '% of a core', none.nodes);
					const extra = mesh.nodes + mesh.runner - none.nodes - none.runner;
					figures.add('idle, one more than the other, with the runner', '% of a core', extra);
					figures.add("idle, the mesh's own programs", '% of a core', mesh.mesh);
				}
			}
			await using cluster = await withMesh.makeCluster(topology, images);
			await prepare(cluster);
			for (let run = 0; run < Math.min(runs, 3); run++) {
				progress('what a change costs');
				figures.add("a change, the mesh's own programs", 'ms of CPU', await changeMs(cluster));
			}
			for (let run = 0; run < runs; run++) {
				progress(`run ${run + 1} of ${runs}`);
				figures.add('running to first answer on another node', 'ms', await followMs(cluster, run));
				for (const way of Object.keys(ways) as Way[]) {
					const times = (await time(cluster, way, false)).map(({ microseconds }) => microseconds).sort((a, b) => a - b);
					figures.add(`request: ${way}`, 'ms', (times[Math.floor(times.length / 2)] ?? Number.NaN) / 1000);
					const [file] = await time(cluster, way, true);
					if (file) figures.add(`file: ${way}`, 'MB/s', file.bytes / file.microseconds);
				}
			}
			const [plain, vip, proxy, published] = (Object.keys(ways) as Way[]).map((way) => ({
				request: figures.get(`request: ${way}`),
				file: figures.get(`file: ${way}`),
			}));
			if (!plain || !vip || !proxy || !published) throw new RangeError('a way was not measured');
			return [
				...figures.all(),
				ratio('request: virtual IP over plain', vip.request, plain.request),
				ratio('request: published port over userland proxy', published.request, proxy.request),
				ratio('file: virtual IP over plain', vip.file, plain.file),
				ratio('file: published port over userland proxy', published.file, proxy.file),
			];
		} finally {
			await withMesh.engine.close();
			await withoutMesh.engine.close();
			if (isOwn) await stopEngine(read.config, silent);
		}
	},
};
