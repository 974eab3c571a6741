// Managers: leader failover, quorum, force-new-cluster, autolock, certificates.
import type { Group } from '../behaviour.ts';

const raft = '/engine/swarm/admin_guide/';
const lock = '/engine/swarm/swarm_manager_locking/';
const pki = '/engine/swarm/how-swarm-mode-works/pki/';

export const quorum: Group = {
	name: 'Managers and quorum',
	topology: { managers: 3, workers: 1, swarm: 'formed' },
	images: ['shoal/probe:1'],
	keep: true,
	behaviours: [
		{
			name: 'three managers: one leads, two are reachable',
			docs: raft,
			script: "docker node ls --format '{{.Hostname}} {{.ManagerStatus}}' | sort",
			expect: /manager1 Leader\s+manager2 Reachable\s+manager3 Reachable\s+worker1/,
			short: true,
		},
		{
			name: 'every manager answers for the cluster',
			docs: '/engine/swarm/how-swarm-mode-works/nodes/',
			script: `
				service web --mode global shoal/probe:1; running web 4
				@manager3
				docker service ls --format '{{.Name}} {{.Replicas}}'`,
			expect: /web 4\/4/,
		},
		{
			name: 'when the leader stops, another manager leads and services go on',
			docs: raft,
			script: `
				docker service update -q -d --publish-add 8080:8080 web >/dev/null; updated web; served localhost:8080
				!kill manager1
				@manager2
				led() { docker node ls --format '{{.ManagerStatus}}' | grep -q Leader; }; until_ok 40 led; node_is manager1 Down; docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}' | sort; served localhost:8080; get localhost:8080`,
			expect: /manager1 Down Unreachable[\s\S]*manager[23] Ready Leader[\s\S]*\w{12}/,
			seconds: 120,
		},
		{
			name: 'with two of three managers changes are still accepted',
			docs: raft,
			script: `@manager2
				docker service create -q -d --name more shoal/probe:1 >/dev/null; running more 1; docker service ls --format '{{.Name}}' | sort | tr '\\n' ' '`,
			expect: /more web/,
			seconds: 90,
		},
		{
			name: 'a manager that is back catches up',
			docs: raft,
			script: `
				!start manager1
				@manager2
				back() { docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}' | grep -q 'manager1 Ready Reachable'; }; until_ok 60 back
				@manager1
				caught() { docker service ls --format '{{.Name}}' | grep -q more; }; until_ok 30 caught; until_ok 60 is_running web 4; echo caught up`,
			expect: /caught up/,
			seconds: 120,
		},
		{
			name: 'without a quorum nothing can be changed, and running tasks go on',
			docs: raft,
			script: `
				!kill manager2
				!kill manager3
				@manager1
				lost() { docker node ls 2>&1 | grep -Eq 'does not have a leader|DeadlineExceeded'; }; until_ok 60 lost; refused docker service create -d --name never shoal/probe:1
				get localhost:8080
				@worker1
				docker ps --filter name=web -q | wc -l`,
			expect: /(does not have a leader|DeadlineExceeded)[\s\S]*\w{12}\s+1/,
			seconds: 180,
		},
		{
			name: 'force-new-cluster makes one manager of the last one, and keeps services',
			docs: raft,
			script: `@manager1
				docker swarm init --force-new-cluster --advertise-addr $MANAGER1 >/dev/null; led() { docker node ls --format '{{.Hostname}} {{.ManagerStatus}}' | grep -q 'manager1 Leader'; }; until_ok 40 led
				docker info --format '{{.Swarm.Managers}}'; docker service ls --format '{{.Name}}' | sort | tr '\\n' ' '; node_is worker1 Ready; running web 2; served localhost:8080 && echo served`,
			expect: /^1\s+more web\s+served/,
			seconds: 120,
		},
		{
			name: 'lost managers leave and join the new cluster',
			docs: raft,
			script: `
				!start manager2
				@manager2
				docker swarm leave --force; docker swarm join --token $MANAGER_TOKEN $MANAGER1:2377
				@manager1
				back() { docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}' | grep -q 'manager2 Ready Reachable'; }; until_ok 40 back; echo joined`,
			expect: /This node joined a swarm as a manager[\s\S]*joined/,
			seconds: 120,
		},
	],
};

export const fiveManagers: Group = {
	name: 'Five managers',
	topology: { managers: 5, workers: 0, swarm: 'formed' },
	images: ['shoal/probe:1'],
	keep: true,
	behaviours: [
		{
			name: 'five managers form a quorum',
			docs: raft,
			script: "docker node ls --format '{{.ManagerStatus}}' | sort | uniq -c | awk '{print $1, $2}'",
			expect: /1 Leader\s+4 Reachable/,
		},
		{
			name: 'five managers bear the loss of two',
			docs: raft,
			script: `
				!kill manager1
				!kill manager5
				@manager2
				led() { docker node ls --format '{{.ManagerStatus}}' | grep -q Leader; }; until_ok 60 led; docker service create -q -d --name web --replicas 3 shoal/probe:1 >/dev/null; running web 3; echo runs`,
			expect: /runs/,
			seconds: 150,
		},
		{
			name: 'the third loss stops the cluster',
			docs: raft,
			script: `
				!kill manager2
				@manager3
				lost() { docker node ls 2>&1 | grep -Eq 'does not have a leader|DeadlineExceeded'; }; until_ok 90 lost; echo no leader`,
			expect: /no leader/,
			seconds: 180,
		},
	],
};

export const locking: Group = {
	name: 'Autolock and certificates',
	topology: { managers: 1, workers: 1, swarm: 'formed' },
	images: ['shoal/probe:1'],
	keep: true,
	behaviours: [
		{
			name: 'autolock gives a key',
			docs: lock,
			script: 'docker swarm update --autolock=true; docker swarm unlock-key -q > /root/key; cat /root/key',
			expect: /To unlock a swarm manager after it restarts[\s\S]*SWMKEY-1-\S+[\s\S]*SWMKEY-1-/,
		},
		{
			name: 'a restarted manager is locked, and refuses to serve',
			docs: lock,
			script: `
				!restart manager1
				locked() { [ "$(docker info --format '{{.Swarm.LocalNodeState}}')" = locked ]; }; until_ok 30 locked; refused docker node ls; docker info --format '{{.Swarm.LocalNodeState}}'`,
			expect: /Swarm is encrypted and needs to be unlocked before it can be used[\s\S]*locked/,
			seconds: 90,
		},
		{
			name: 'a wrong key does not unlock, the right one does',
			docs: lock,
			script: `
				# docker swarm unlock reads the key from its terminal, or from stdin
				refused sh -c 'echo SWMKEY-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | docker swarm unlock'
				docker swarm unlock < /root/key; leads() { docker node ls | grep -q Leader; }; until_ok 30 leads; node_is worker1 Ready; echo unlocked`,
			expect: /invalid key|failed to unlock|cannot decrypt[\s\S]*unlocked/,
			seconds: 90,
		},
		{
			name: 'the unlock key can be rotated',
			docs: lock,
			script:
				'docker swarm unlock-key --rotate -q > /root/key2; ! cmp -s /root/key /root/key2 && echo rotated; docker swarm update --autolock=false',
			expect: /rotated\s+Swarm updated/,
		},
		{
			name: 'swarm ca shows the root certificate, and rotates it with all nodes following',
			docs: pki,
			script: `
				docker swarm ca > /root/ca1; head -1 /root/ca1; docker swarm ca --rotate --detach=false 2>&1 | tail -3 | cut -c1-80; docker swarm ca > /root/ca2; cmp -s /root/ca1 /root/ca2 || echo another
				node_is worker1 Ready; service web --mode global shoal/probe:1; running web 2; echo runs`,
			expect: /BEGIN CERTIFICATE[\s\S]*another\s+runs/,
			seconds: 150,
		},
		{
			name: 'the nodes’ certificates say their role, and their lifetime can be changed',
			docs: pki,
			script: `
				docker swarm update --cert-expiry 720h >/dev/null; docker info --format '{{.Swarm.Cluster.Spec.CAConfig.NodeCertExpiry}}'
				openssl version >/dev/null 2>&1 && openssl x509 -in /var/lib/docker/swarm/certificates/swarm-node.crt -noout -subject || grep -c 'BEGIN CERTIFICATE' /var/lib/docker/swarm/certificates/swarm-node.crt`,
			expect: /720h0m0s[\s\S]*(OU ?= ?swarm-manager|[12])/,
		},
		{
			name: 'task history, heartbeat and snapshots can be set',
			docs: '/reference/cli/docker/swarm/update/',
			script:
				"docker swarm update --task-history-limit 2 --dispatcher-heartbeat 10s --snapshot-interval 5000; docker info --format '{{.Swarm.Cluster.Spec.Orchestration.TaskHistoryRetentionLimit}} {{.Swarm.Cluster.Spec.Dispatcher.HeartbeatPeriod}} {{.Swarm.Cluster.Spec.Raft.SnapshotInterval}}'",
			expect: /Swarm updated\.\s+(\d+|0x\w+) 10s 5000/,
		},
	],
};
