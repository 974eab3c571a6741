// A swarm's life: init, tokens, join, leave.
import type { Group } from '../behaviour.ts';

const tutorial = '/engine/swarm/swarm-tutorial/create-swarm/';
const addNodes = '/engine/swarm/join-nodes/';
const swarmMode = '/engine/swarm/swarm-mode/';

export const swarm: Group = {
	name: 'Swarm',
	topology: { managers: 1, workers: 2, swarm: 'unformed' },
	images: ['shoal/probe:1'],
	keep: true,
	behaviours: [
		{
			name: 'swarm commands outside a swarm say what to do',
			docs: swarmMode,
			script: 'refused docker service ls',
			expect: /This node is not a swarm manager. Use "docker swarm init" or "docker swarm join"/,
		},
		{
			name: 'swarm init makes the node a manager and prints the join command',
			docs: tutorial,
			script: 'docker swarm init --advertise-addr $MANAGER1',
			expect: /current node \(\w+\) is now a manager[\s\S]*docker swarm join --token SWMTKN-1-\S+ 10\.\S+:2377/,
			short: true,
		},
		{
			name: 'docker info says the node is in a swarm and leads it',
			docs: tutorial,
			script:
				'docker info --format "{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}} {{.Swarm.Managers}}"; docker node ls',
			expect: /active true 1[\s\S]*\* +manager1 +Ready +Active +Leader/,
		},
		{
			name: 'a second swarm init is refused',
			docs: swarmMode,
			script: 'refused docker swarm init',
			expect: /This node is already part of a swarm/,
		},
		{
			name: 'workers and managers have different join tokens',
			docs: addNodes,
			script:
				'[ "$(docker swarm join-token -q worker)" != "$(docker swarm join-token -q manager)" ] && docker swarm join-token worker',
			expect: /docker swarm join --token SWMTKN-1-/,
		},
		{
			name: 'a wrong token is refused',
			docs: addNodes,
			script: `
				@worker1
				refused docker swarm join --token SWMTKN-1-1111111111111111111111111111111111111111111111111-2222222222222222222222222 $MANAGER1:2377`,
			expect: /invalid join token|remote CA does not match fingerprint/,
		},
		{
			name: 'nodes join as workers with the token',
			docs: addNodes,
			script: `
				@worker1
				docker swarm join --token $WORKER_TOKEN $MANAGER1:2377
				@worker2
				docker swarm join --token $WORKER_TOKEN $MANAGER1:2377
				@manager1
				node_is worker1 Ready; node_is worker2 Ready; docker node ls`,
			expect: /This node joined a swarm as a worker[\s\S]*worker1 +Ready +Active[\s\S]*worker2 +Ready/,
			short: true,
		},
		{
			name: 'a worker cannot be asked about the cluster',
			docs: '/engine/swarm/how-swarm-mode-works/nodes/',
			script: '@worker1\nrefused docker node ls',
			expect: /This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state/,
		},
		{
			name: 'rotating a join token makes the old one useless',
			docs: addNodes,
			script: `
				old=$(docker swarm join-token -q worker); docker swarm join-token --rotate -q worker > /tmp/new
				[ "$old" != "$(cat /tmp/new)" ] && [ "$(docker swarm join-token -q worker)" = "$(cat /tmp/new)" ] && echo rotated`,
			expect: /rotated/,
		},
		{
			name: 'node inspect --pretty shows role, address, platform and engine',
			docs: '/engine/swarm/manage-nodes/',
			script: 'docker node inspect --pretty worker1',
			expect:
				/Hostname:\s+worker1[\s\S]*State:\s+Ready[\s\S]*Address:\s+10\.[\s\S]*Operating System:\s+linux[\s\S]*Engine Version:\s+\d+/,
		},
		{
			name: 'node inspect self names the node',
			docs: '/engine/swarm/manage-nodes/',
			script: 'docker node inspect self --format "{{.Description.Hostname}} {{.Spec.Role}}"',
			expect: /manager1 manager/,
		},
		{
			name: 'node labels can be set and seen',
			docs: '/engine/swarm/manage-nodes/',
			script:
				'docker node update --label-add zone=east --label-add disk worker1 >/dev/null; docker node inspect worker1 --format "{{json .Spec.Labels}}"',
			expect: /"disk":"","zone":"east"/,
		},
		{
			name: 'swarm events tell of nodes',
			docs: '/reference/cli/docker/system/events/',
			script: `
				since=$(date +%s); docker node update --label-add seen=1 worker2 >/dev/null
				docker events --since $since --until $((since + 2)) --filter type=node --format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}'`,
			expect: /node update worker2/,
		},
		{
			name: 'a worker is promoted to manager and demoted again',
			docs: '/engine/swarm/manage-nodes/',
			script: `
				docker node promote worker1
				reachable() { docker node ls --format '{{.Hostname}} {{.ManagerStatus}}' | grep -q "worker1 Reachable"; }
				until_ok 20 reachable; docker node ls --filter name=worker1 --format '{{.Hostname}} {{.ManagerStatus}}'
				docker node demote worker1
				worker() { [ "$(docker node inspect worker1 --format '{{.Spec.Role}}{{.ManagerStatus}}')" = "worker<nil>" ]; }
				until_ok 20 worker; node_is worker1 Ready; echo demoted`,
			expect: /promoted to a manager[\s\S]*worker1 Reachable[\s\S]*demoted in the swarm[\s\S]*demoted/,
		},
		{
			name: 'a node that leaves is Down, and can be removed',
			docs: '/engine/swarm/manage-nodes/',
			script: `
				@worker2
				docker swarm leave
				@manager1
				node_is worker2 Down; docker node rm worker2; docker node ls --format '{{.Hostname}}'`,
			expect: /Node left the swarm[\s\S]*worker2\s+(manager1\s+worker1|worker1\s+manager1)\s*$/,
		},
		{
			name: 'a node that left joins again, under a new ID',
			docs: addNodes,
			script: `
				@worker2
				docker swarm join --token $WORKER_TOKEN $MANAGER1:2377
				@manager1
				node_is worker2 Ready; docker node ls`,
			expect: /worker2 +Ready/,
		},
		{
			name: 'a node that still runs is removed only by force',
			docs: '/engine/swarm/manage-nodes/',
			script: `
				refused docker node rm worker2
				docker node rm --force worker2; docker node ls --format '{{.Hostname}}' | tr '\\n' ' '
				@worker2
				docker swarm leave --force`,
			expect: /is not down and can't be removed[\s\S]*worker2/,
		},
		{
			name: 'the last manager leaves only by force, which ends the swarm',
			docs: swarmMode,
			script: `
				refused docker swarm leave
				docker swarm leave --force
				docker info --format '{{.Swarm.LocalNodeState}}'`,
			expect:
				/(Removing the last manager erases all current state of a swarm|You are attempting to leave the swarm on a node that is participating as a manager)[\s\S]*Node left the swarm[\s\S]*inactive/,
		},
		{
			name: 'swarm init takes its own address pool and data path port',
			docs: swarmMode,
			script: `
				docker swarm init --advertise-addr $MANAGER1 --default-addr-pool 10.99.0.0/16 --default-addr-pool-mask-length 26 --data-path-port 7789 >/dev/null
				docker network create -d overlay pool >/dev/null; docker network inspect pool --format '{{(index .IPAM.Config 0).Subnet}}'
				docker info --format '{{.Swarm.Cluster.DataPathPort}} {{.Swarm.Cluster.DefaultAddrPool}}'`,
			expect: /10\.99\.\d+\.\d+\/26\s+7789 \[10\.99\.0\.0\/16\]/,
		},
	],
};
