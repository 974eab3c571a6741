// Services: what they ask for and get, updates, rollbacks, and where the scheduler puts them.
import type { Group } from '../behaviour.ts';

const services = '/engine/swarm/services/';
const create = '/reference/cli/docker/service/create/';
const update = '/reference/cli/docker/service/update/';
const rolling = '/engine/swarm/swarm-tutorial/rolling-update/';
const topology = { managers: 1, workers: 2, swarm: 'formed' } as const;
const images = ['shoal/probe:1', 'carmeloc/goweb:1.0'];

export const serviceBasics: Group = {
	name: 'Services',
	topology,
	images,
	behaviours: [
		{
			name: 'service create waits until the service has converged',
			docs: create,
			script:
				'docker service create --name web --replicas 2 shoal/probe:1; docker service ls --format "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}"',
			expect: /overall progress: 2 out of 2 tasks[\s\S]*[Cc]onverged[\s\S]*web replicated 2\/2 shoal\/probe:1/,
		},
		{
			name: 'an image that no registry knows is said to be one, and tried nevertheless',
			docs: create,
			script: 'docker service create -d --name web shoal/probe:1 2>&1; running web 1; echo runs',
			expect: /could not be accessed on a registry to record\s+its digest[\s\S]*runs/,
		},
		{
			name: 'scale makes and removes tasks',
			docs: '/engine/swarm/swarm-tutorial/scale-service/',
			script:
				'service web shoal/probe:1; running web 1; docker service scale -d web=5; running web 5; docker service scale -d web=2; running web 2; echo scaled',
			expect: /web scaled to 5[\s\S]*web scaled to 2[\s\S]*scaled/,
			short: true,
		},
		{
			name: 'service ps shows tasks with node and state',
			docs: '/reference/cli/docker/service/ps/',
			script: 'service web --replicas 3 shoal/probe:1; running web 3; docker service ps web',
			expect: /web\.1 +shoal\/probe:1 +\w+ +Running +Running[\s\S]*web\.3/,
		},
		{
			name: 'service inspect --pretty shows the specification',
			docs: '/engine/swarm/swarm-tutorial/inspect-service/',
			script: 'service web --replicas 2 --limit-memory 64M shoal/probe:1; docker service inspect --pretty web',
			expect: /Name:\s+web[\s\S]*Replicas:\s+2[\s\S]*Image:\s+shoal\/probe:1[\s\S]*Memory:\s+64MiB/,
		},
		{
			name: 'a service name is taken only once',
			docs: create,
			script: 'service web shoal/probe:1; refused docker service create -d --name web shoal/probe:1',
			expect: /name conflicts with an existing object: service web already exists/,
		},
		{
			name: 'service rm ends its tasks on every node',
			docs: '/engine/swarm/swarm-tutorial/delete-service/',
			script: `
				service web --mode global shoal/probe:1; running web 3; docker service rm web
				@worker1
				none() { [ -z "$(docker ps -q --filter name=^web\\.)" ]; }
				until_ok 30 none; echo none left`,
			expect: /web\s+none left/,
		},
		{
			name: 'a task that dies is replaced',
			docs: '/engine/swarm/how-swarm-mode-works/services/',
			script: `
				service web --replicas 1 --constraint node.hostname==manager1 shoal/probe:1; running web 1
				first=$(container web); docker kill $first >/dev/null
				other() { [ -n "$(container web)" ] && [ "$(container web)" != $first ]; }
				until_ok 20 other; running web 1; docker service ps web --format '{{.Name}} {{.DesiredState}} {{.CurrentState}} {{.Error}}'`,
			expect: /web\.1 Running Running[\s\S]*web\.1 Shutdown Failed.*task: non-zero exit \(137\)/,
			short: true,
		},
		{
			name: 'restart condition none leaves a finished task alone',
			docs: create,
			script: `
				service once --restart-condition none shoal/probe:1 sh -c 'echo done; exit 0'
				complete() { docker service ps once --format '{{.CurrentState}}' | grep -q ^Complete; }
				until_ok 20 complete; sleep 2; docker service ps once -q | wc -l`,
			expect: /^1\s*$/,
		},
		{
			name: 'a job runs to completion so many times',
			docs: services,
			script: `
				docker service create -d -q --name job --mode replicated-job --replicas 4 --max-concurrent 2 shoal/probe:1 true
				done_() { docker service ls --format '{{.Mode}} {{.Replicas}}' | grep -q 'replicated job 0/2 (4/4 completed)'; }
				until_ok 40 done_; docker service ls --format '{{.Mode}} {{.Replicas}}'`,
			expect: /replicated job 0\/2 \(4\/4 completed\)/,
		},
		{
			name: 'a global service runs once on each node, also on a node that was drained meanwhile',
			docs: services,
			script: `
				docker node update --availability drain worker2 >/dev/null
				service everywhere --mode global shoal/probe:1; running everywhere 2
				docker node update --availability active worker2 >/dev/null; running everywhere 3
				docker service ps everywhere --format '{{.Node}}' | sort | tr '\\n' ' '`,
			expect: /manager1 worker1 worker2/,
		},
		{
			name: 'environment, host name, user, working directory and labels reach the container',
			docs: create,
			script: `
				service web --constraint node.hostname==manager1 --env COLOUR=blue --hostname '{{.Service.Name}}-{{.Task.Slot}}' --workdir /tmp --container-label tier=front --user 12 shoal/probe:1 sleep 1000
				running web 1; inside web sh -c 'echo $COLOUR $(hostname) $(pwd) $(id -u)'; docker inspect $(container web) --format '{{.Config.Labels.tier}}'`,
			expect: /blue web-1 \/tmp 12\s+front/,
		},
		{
			name: 'service logs gathers what all tasks print, from every node',
			docs: '/reference/cli/docker/service/logs/',
			script: `
				service talks --mode global --env 'NODE={{.Node.Hostname}}' shoal/probe:1 sh -c 'echo hello from $NODE; sleep 1000'
				running talks 3; sleep 1; docker service logs talks 2>&1 | sed 's/.*|//' | sort`,
			expect: /hello from manager1\s+hello from worker1\s+hello from worker2/,
			short: true,
		},
		{
			name: 'a health check decides when a task runs',
			docs: create,
			script: `
				service slow --constraint node.hostname==manager1 --health-cmd 'test -f /tmp/ok' --health-interval 500ms --health-retries 60 shoal/probe:1 sleep 1000
				until_ok 20 has_container slow; sleep 2; docker service ps slow --format '{{.CurrentState}}'
				docker exec $(container slow) touch /tmp/ok; running slow 1; docker inspect $(container slow) --format '{{.State.Health.Status}}'`,
			expect: /Starting[\s\S]*healthy/,
		},
		{
			name: 'a task that becomes unhealthy is replaced',
			docs: create,
			script: `
				service sick --constraint node.hostname==manager1 --health-cmd 'test ! -f /tmp/ill' --health-interval 500ms --health-retries 2 shoal/probe:1 sleep 1000
				running sick 1; docker exec $(container sick) touch /tmp/ill
				replaced() { docker service ps sick --no-trunc --format '{{.Error}}' | grep -q 'unhealthy'; }
				until_ok 30 replaced; running sick 1; docker service ps sick --no-trunc --format '{{.CurrentState}} {{.Error}}'`,
			expect: /Running[\s\S]*Failed.*unhealthy container/,
		},
		{
			name: 'an image that is nowhere leaves the task rejected with the reason',
			docs: create,
			script: `
				service nowhere --restart-condition none no/such-image:1
				rejected() { docker service ps nowhere --no-trunc --format '{{.CurrentState}} {{.Error}}' | grep -q '^Rejected'; }
				until_ok 40 rejected; docker service ps nowhere --no-trunc --format '{{.CurrentState}} {{.Error}}'`,
			expect: /Rejected.*(No such image|failed to resolve reference)/,
		},
		{
			name: 'mounts: volume, bind and tmpfs',
			docs: services,
			script: `
				mkdir -p /srv/files && echo from the node > /srv/files/note
				service web --constraint node.hostname==manager1 --mount type=volume,src=data,dst=/data --mount type=bind,src=/srv/files,dst=/files,readonly --mount type=tmpfs,dst=/scratch,tmpfs-size=1048576 shoal/probe:1 sleep 1000
				running web 1; inside web sh -c 'cat /files/note; echo x > /data/x; grep -c "/scratch tmpfs" /proc/mounts; touch /files/y 2>&1 || true'; docker volume ls --format '{{.Name}}'`,
			expect: /from the node\s+1\s+touch: \/files\/y: Read-only file system\s+[\s\S]*data/,
		},
		{
			name: 'docker run -p cannot take a port that a service publishes',
			docs: services,
			script:
				'service web --publish 8081:8080 shoal/probe:1; running web 1; served localhost:8081; refused docker run --rm -p 8081:80 shoal/probe:1 true',
			expect: /address already in use|port is already allocated/,
		},
	],
};

/** Asks until the file is there, and at least a hundred times. */
const askUntil = (file: string, url: string) =>
	`fail=0; n=0; until [ -e ${file} ] && [ $n -ge 100 ]; do n=$((n+1)); curl -sf -m 3 ${url} >/dev/null || fail=$((fail+1)); sleep 0.02; done; echo "$n requests, $fail failed"`;

export const updates: Group = {
	name: 'Updates and rollbacks',
	topology,
	images,
	behaviours: [
		{
			name: 'a rolling update replaces tasks one by one',
			docs: rolling,
			script: `
				service web --replicas 3 --update-delay 1s --env VERSION=1 shoal/probe:1; running web 3
				docker service update -q --env-add VERSION=2 web >/dev/null; updated web; docker service inspect --pretty web | grep -A2 UpdateStatus
				docker service ps web --filter desired-state=shutdown -q | wc -l`,
			expect: /State:\s+completed[\s\S]*3/,
			seconds: 120,
		},
		{
			name: 'a rolling update with health check and start-first loses no request',
			docs: rolling,
			script: `
				service web --replicas 4 --publish 8090:8080 --update-order start-first carmeloc/goweb:1.0; running web 4; served localhost:8090
				rm -f /root/done; (${askUntil('/root/done', 'localhost:8090')}) &
				docker service update -d -q --force web >/dev/null; updated web || bad=1; touch /root/done; wait; [ -z "$bad" ] && echo updated`,
			expect: /[1-9]\d\d requests, 0 failed\s+updated/,
			seconds: 150,
		},
		{
			name: 'update parallelism updates several at a time',
			docs: update,
			script: `
				service web --replicas 4 --update-parallelism 4 shoal/probe:1; running web 4
				docker service update -d -q --force web >/dev/null; updated web
				docker service ps web --filter desired-state=running --format '{{.CurrentState}}' | sort | uniq -c | wc -l; docker service inspect web --format '{{.Spec.UpdateConfig.Parallelism}}'`,
			expect: /\d\s+4/,
			seconds: 100,
		},
		{
			name: 'an update that fails pauses and says why',
			docs: rolling,
			script: `
				service web --replicas 2 --update-monitor 2s shoal/probe:1; running web 2
				docker service update -d -q --args 'false' web >/dev/null; updated web paused
				docker service inspect web --format '{{.UpdateStatus.State}}: {{.UpdateStatus.Message}}'`,
			expect: /paused: update paused due to failure or early termination of task/,
		},
		{
			name: 'an update that fails rolls back when told to',
			docs: update,
			script: `
				service web --update-monitor 2s --update-failure-action rollback --rollback-monitor 1s --env VERSION=1 shoal/probe:1; running web 1
				docker service update -d -q --args 'false' web >/dev/null; updated web rollback_completed
				running web 1; docker service inspect web --format '{{.UpdateStatus.Message}} {{.Spec.TaskTemplate.ContainerSpec.Args}}'`,
			expect: /rollback completed \[\]/,
			seconds: 120,
		},
		{
			name: 'service rollback brings the previous specification back',
			docs: '/reference/cli/docker/service/rollback/',
			script: `
				service web --env VERSION=1 --rollback-monitor 1s shoal/probe:1; running web 1
				docker service update -d -q --env-add VERSION=2 web >/dev/null; updated web
				docker service rollback -d -q web >/dev/null; updated web rollback_completed; docker service inspect web --format '{{.Spec.TaskTemplate.ContainerSpec.Env}}'`,
			expect: /\[VERSION=1\]/,
			seconds: 100,
		},
		{
			// The program ends with an error when it is stopped. One that ends with 0 is `running` for a moment to the manager,
			// also when it is stopped because it is unhealthy (moby, executor/container/controller.go, Start), and when the
			// manager sees that moment it ends the old task: in a slow machine it does.
			name: 'an update that never becomes healthy leaves the old tasks serving',
			docs: update,
			script: `
				service web --replicas 2 --publish 8091:8080 --update-order start-first --update-monitor 5s --health-cmd true --health-interval 500ms shoal/probe:1 sh -c 'trap "exit 1" TERM; serve & wait'; running web 2; served localhost:8091
				docker service update -d -q --health-cmd false --health-retries 2 web >/dev/null
				updated web paused; different 4 localhost:8091; docker service inspect web --format '{{.UpdateStatus.State}}'; docker service ps web --no-trunc --format '{{.Name}} {{.DesiredState}} {{.CurrentState}} {{.Error}}'`,
			expect: /2\s+paused[\s\S]*Failed.*unhealthy container/,
			seconds: 120,
		},
		{
			name: 'service update --force restarts tasks without a change',
			docs: update,
			script: `
				service web --constraint node.hostname==manager1 shoal/probe:1; running web 1; first=$(container web)
				docker service update -q --force web >/dev/null; running web 1; [ "$(container web)" != $first ] && echo restarted`,
			expect: /restarted/,
		},
		{
			name: 'limits, mounts and labels can be updated',
			docs: update,
			script: `
				service web --constraint node.hostname==manager1 shoal/probe:1; running web 1
				docker service update -q --limit-memory 48M --mount-add type=volume,src=more,dst=/more --label-add team=blue web >/dev/null
				docker inspect $(container web) --format '{{.HostConfig.Memory}} {{(index .Mounts 0).Name}}'; docker service inspect web --format '{{.Spec.Labels.team}}'`,
			expect: /50331648 more\s+blue/,
			seconds: 90,
		},
	],
};

export const scheduling: Group = {
	name: 'Scheduling',
	topology,
	images: ['shoal/probe:1'],
	behaviours: [
		{
			name: 'replicas are spread over the nodes',
			docs: services,
			script:
				"service web --replicas 6 shoal/probe:1; running web 6; docker service ps web --format '{{.Node}}' | sort | uniq -c | awk '{print $1 $2}' | tr '\\n' ' '",
			expect: /2manager1 2worker1 2worker2/,
		},
		{
			name: 'a constraint on the role is kept',
			docs: services,
			script:
				"service web --replicas 4 --constraint node.role==worker shoal/probe:1; running web 4; docker service ps web --format '{{.Node}}' | sort -u | tr '\\n' ' '",
			expect: /^worker1 worker2 $/,
			short: true,
		},
		{
			name: 'a constraint on a label follows the label',
			docs: services,
			script: `
				service web --replicas 2 --constraint node.labels.fast==yes shoal/probe:1
				pending() { docker service ps web --no-trunc --format '{{.CurrentState}} {{.Error}}' | grep -q 'Pending.*no suitable node (scheduling constraints not satisfied on 3 nodes)'; }
				until_ok 20 pending; docker node update --label-add fast=yes worker2 >/dev/null; running web 2
				docker service ps web --filter desired-state=running --format '{{.Node}}' | sort -u`,
			expect: /^worker2\s*$/,
		},
		{
			name: 'a preference spreads over the values of a label',
			docs: services,
			script: `
				docker node update --label-add zone=a manager1 >/dev/null; docker node update --label-add zone=a worker1 >/dev/null; docker node update --label-add zone=b worker2 >/dev/null
				service web --replicas 4 --placement-pref spread=node.labels.zone shoal/probe:1; running web 4
				docker service ps web --format '{{.Node}}' | grep -c worker2`,
			expect: /^2\s*$/,
		},
		{
			name: 'max replicas per node leaves the rest pending with the reason',
			docs: create,
			script: `
				service web --replicas 4 --replicas-max-per-node 1 shoal/probe:1; running web 3
				docker service ps web --no-trunc --format '{{.CurrentState}} {{.Error}}' | grep Pending`,
			expect: /no suitable node \(max replicas per node limit exceed/,
		},
		{
			name: 'a reservation that no node can meet stays pending with the reason',
			docs: services,
			script: `
				service big --reserve-memory 500GB shoal/probe:1
				pending() { docker service ps big --no-trunc --format '{{.CurrentState}} {{.Error}}' | grep -q 'insufficient resources'; }
				until_ok 20 pending; docker service ps big --no-trunc --format '{{.CurrentState}} {{.Error}}'`,
			expect: /Pending.*no suitable node \(insufficient resources on 3 nodes\)/,
		},
		{
			name: 'a drained node loses its tasks and gets no new ones',
			docs: '/engine/swarm/swarm-tutorial/drain-node/',
			script: `
				service web --replicas 3 shoal/probe:1; running web 3
				docker node update --availability drain worker1 >/dev/null
				away() { ! docker service ps web --filter desired-state=running --format '{{.Node}}' | grep -q worker1; }
				until_ok 20 away; running web 3; docker node inspect worker1 --format '{{.Spec.Availability}}'; docker node update --availability active worker1 >/dev/null`,
			expect: /drain/,
			short: true,
		},
		{
			name: 'a paused node keeps its tasks and gets no new ones',
			docs: '/engine/swarm/manage-nodes/',
			script: `
				service web --replicas 3 shoal/probe:1; running web 3; docker node update --availability pause worker1 >/dev/null
				docker service scale -d web=6 >/dev/null; running web 6; docker service ps web --filter desired-state=running --format '{{.Node}}' | grep -c worker1; docker node update --availability active worker1 >/dev/null`,
			expect: /^1\s*$/,
		},
		{
			name: 'tasks of a node that is killed start elsewhere; when it is back it is Ready again',
			docs: '/engine/swarm/how-swarm-mode-works/services/',
			script: `
				service web --replicas 3 shoal/probe:1; running web 3
				!kill worker2
				node_is worker2 Down; away() { ! docker service ps web --filter desired-state=running --format '{{.Node}}' | grep -q worker2; }
				until_ok 40 away; running web 3; docker service ps web --filter desired-state=running --format '{{.Node}} {{.CurrentState}}' | grep -c Running
				!start worker2
				node_is worker2 Ready; echo back`,
			expect: /3\s+back/,
			seconds: 120,
		},
	],
};
