// Cluster state: what recorded swarms become.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clusterStateSchema } from '#contract/cluster.ts';
import { unknownState } from '#runner/cluster/fresh-state.ts';
import { reduce } from '#runner/cluster/state.ts';
import { recorded, stateOf, told } from './fixtures.ts';

const names = readdirSync(join(import.meta.dirname, 'fixtures'))
	.filter((file) => !file.startsWith('events-'))
	.map((file) => file.replace('.json', ''));

test.each(names)('%s is a state of the contract, and the same one each time', (name) => {
	const state = stateOf(name);
	expect(clusterStateSchema.parse(state)).toEqual(state);
	expect(JSON.stringify(stateOf(name))).toBe(JSON.stringify(state));
});

test.each(names)('%s does not depend on the order of Docker’s lists', (name) => {
	const snapshot = recorded(name);
	if (snapshot.cluster.type === 'lists') for (const list of Object.values(snapshot.cluster.lists)) list.reverse();
	expect(reduce(snapshot)).toEqual(stateOf(name));
});

test.each(names)('%s has no secret in it', (name) => {
	expect(JSON.stringify(recorded(name))).not.toMatch(/SWMTKN-(?!redacted)|BEGIN |"Worker":|hunter2/);
});

test('nobody has made a swarm', () => {
	expect(told(stateOf('unformed'))).toMatchInlineSnapshot(`
		"
		swarm none
		manager1 (engine up, swarm none)
		worker1 (engine up, swarm none)
		worker2 (engine up, swarm none)
		"
	`);
});

test('one manager, alone', () => {
	expect(told(stateOf('one-manager'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm none)
		worker2 (engine up, swarm none)
		network ingress overlay ingress
		"
	`);
});

test('the manager speaks for its swarm, not for the one that a worker has started for itself', () => {
	expect(told(stateOf('two-swarms'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active)
		network ingress overlay ingress
		"
	`);
});

test('a formed swarm, with a label', () => {
	expect(told(stateOf('formed-labelled'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready disk=ssd
		network ingress overlay ingress
		"
	`);
	expect(stateOf('formed-labelled').swarmId).toMatch(/^\w{25}$/);
});

test('a service, from its making to its end', () => {
	for (const name of ['service-just-created', 'service-running', 'service-scaled', 'draining']) {
		expect(clusterStateSchema.parse(stateOf(name)).services.map((service) => service.name)).toEqual(['goweb']);
	}
	expect(told(stateOf('service-running'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		goweb replicated 1/1 carmeloc/goweb:1.0 8888->8080/tcp ingress
		  goweb.1 running (wanted running) on manager1
		network ingress overlay ingress
		"
	`);
	expect(told(stateOf('drained'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready drain
		worker2 (engine up, swarm active) worker ready
		goweb replicated 3/3 carmeloc/goweb:1.0 8888->8080/tcp ingress
		  goweb.1 running (wanted running) on manager1
		  goweb.2 running (wanted running) on worker2
		  goweb.3 running (wanted running) on manager1
		  goweb.3 shutdown (wanted shutdown) on worker1
		network ingress overlay ingress
		"
	`);
	expect(told(stateOf('service-just-removed'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		network ingress overlay ingress
		"
	`);
});

test('an update that fails, and the way back', () => {
	expect(told(stateOf('update-paused'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		goweb replicated 2/3 carmeloc/goweb:2.0 8888->8080/tcp ingress, update paused
		  goweb.1 rejected (wanted ready) on worker1: No such image: carmeloc/goweb:2.0
		  goweb.1 running (wanted shutdown) on manager1
		  goweb.2 running (wanted running) on worker2
		  goweb.3 running (wanted running) on manager1
		  goweb.3 shutdown (wanted shutdown) on worker1
		network ingress overlay ingress
		"
	`);
	expect(stateOf('update-paused').services[0]?.update?.message).toMatch(/^update paused due to failure/);
	expect(stateOf('rolled-back').services[0]).toMatchObject({
		image: 'carmeloc/goweb:1.0',
		update: { state: 'rollback_completed', message: 'rollback completed' },
	});
});

test('troubles', () => {
	expect(told(stateOf('rejected'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		goweb replicated 0/1 carmeloc/goweb:9.9
		  goweb.1 assigned (wanted ready) on manager1
		  goweb.1 rejected (wanted shutdown) on manager1: No such image: carmeloc/goweb:9.9
		network ingress overlay ingress
		"
	`);
	expect(told(stateOf('unplaceable'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		goweb replicated 0/2 carmeloc/goweb:1.0
		  goweb.1 pending (wanted running): no suitable node (scheduling constraints not satisfied on 3 nodes)
		  goweb.2 pending (wanted running): no suitable node (scheduling constraints not satisfied on 3 nodes)
		network ingress overlay ingress
		"
	`);
	expect(told(stateOf('host-port-taken'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		goweb replicated 3/4 carmeloc/goweb:1.0 80->8080/tcp host
		  goweb.1 running (wanted running) on worker2
		  goweb.2 running (wanted running) on manager1
		  goweb.3 pending (wanted running): no suitable node (host-mode port already in use on 3 nodes)
		  goweb.4 running (wanted running) on worker1
		network ingress overlay ingress
		"
	`);
	expect(told(stateOf('insufficient-memory'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		goweb replicated 0/1 carmeloc/goweb:1.0
		  goweb.1 pending (wanted running): no suitable node (insufficient resources on 3 nodes)
		network ingress overlay ingress
		"
	`);
});

test('a global service wants a task for each node', () => {
	expect(stateOf('global-just-created').services[0]).toMatchObject({ mode: 'global', replicas: 3 });
	expect(told(stateOf('global'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		everywhere global 3/3 carmeloc/goweb:1.0
		  everywhere.* running (wanted running) on worker2
		  everywhere.* running (wanted running) on worker1
		  everywhere.* running (wanted running) on manager1
		network ingress overlay ingress
		"
	`);
});

test('a network, a secret and a config, and who uses them; a plain container on the network is no task', () => {
	expect(told(stateOf('network-secret-config'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		api replicated 1/1 carmeloc/goweb:1.0 backstage, password, settings
		  api.1 running (wanted running) on manager1
		network backstage overlay attachable encrypted
		network ingress overlay ingress
		secret password
		config settings
		"
	`);
});

test('a stack', () => {
	expect(told(stateOf('stack'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		shop_api replicated 1/1 carmeloc/goweb:1.0 shop_default, shop_key, stack shop
		shop_web replicated 2/2 carmeloc/goweb:1.0 shop_default, stack shop
		  shop_api.1 running (wanted running) on manager1
		  shop_web.1 running (wanted running) on worker2
		  shop_web.2 running (wanted running) on manager1
		network backstage overlay attachable encrypted
		network ingress overlay ingress
		network shop_default overlay
		secret password
		secret shop_key of shop
		config settings
		stack shop: shop_api, shop_web
		"
	`);
});

test('a job', () => {
	expect(told(stateOf('job'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		job replicated-job 0/2 carmeloc/goweb:1.0
		  job.* complete (wanted complete) on worker2
		  job.1 complete (wanted complete) on manager1
		network backstage overlay attachable encrypted
		network ingress overlay ingress
		secret password
		config settings
		"
	`);
});

test('a worker that is lost: its tasks go elsewhere, though Docker counts what it was last told runs there', () => {
	expect(told(stateOf('worker-down'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine down, swarm active) worker down
		goweb replicated 2/3 carmeloc/goweb:1.0
		  goweb.1 running (wanted running) on worker1
		  goweb.2 ready (wanted ready) on worker1
		  goweb.2 running (wanted shutdown) on worker2
		  goweb.3 running (wanted running) on manager1
		network ingress overlay ingress
		"
	`);
});

test('a worker that left, and joined again: the managers list it twice', () => {
	expect(told(stateOf('worker-left'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm none) worker down
		goweb replicated 3/3 carmeloc/goweb:1.0
		  goweb.1 running (wanted running) on worker1
		  goweb.2 running (wanted running) on worker1
		  goweb.2 failed (wanted shutdown) on worker2: task: non-zero exit (255)
		  goweb.3 running (wanted running) on manager1
		network ingress overlay ingress
		"
	`);
	expect(told(stateOf('worker-joined-again'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		worker1 (engine up, swarm active) worker ready
		worker2 (engine up, swarm active) worker ready
		worker2 (engine down, swarm active) worker down
		goweb replicated 3/3 carmeloc/goweb:1.0
		  goweb.1 running (wanted running) on worker1
		  goweb.2 running (wanted running) on worker1
		  goweb.2 failed (wanted shutdown) on worker2: task: non-zero exit (255)
		  goweb.3 running (wanted running) on manager1
		network ingress overlay ingress
		"
	`);
});

test('a worker that hangs is down for us before it is for the managers', () => {
	const [, paused] = stateOf('worker-paused').nodes;
	expect(paused).toMatchObject({ name: 'worker1', engine: 'down', swarm: 'active', status: 'ready' });
});

test('autolock, and what is left when the only manager is stopped, or locked', () => {
	expect(stateOf('autolock').autolock).toBe(true);
	expect(told(stateOf('only-manager-stopped'))).toMatchInlineSnapshot(`
		"
		swarm no-leader
		manager1 (engine down, swarm none)
		worker1 (engine up, swarm active) worker
		worker2 (engine up, swarm active) worker
		"
	`);
	expect(told(stateOf('locked'))).toMatchInlineSnapshot(`
		"
		swarm no-leader
		manager1 (engine up, swarm locked)
		worker1 (engine up, swarm active) worker
		worker2 (engine up, swarm active) worker
		"
	`);
});

test('nobody answers', () => {
	const state = stateOf('nobody-answers');
	expect(state).toEqual(unknownState(recorded('nobody-answers').nodes));
});

test('three managers, another leader, no leader', () => {
	expect(told(stateOf('three-managers'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine up, swarm active) manager ready reachable leader
		manager2 (engine up, swarm active) manager ready reachable
		manager3 (engine up, swarm active) manager ready reachable
		network ingress overlay ingress
		"
	`);
	expect(told(stateOf('leader-moved'))).toMatchInlineSnapshot(`
		"
		swarm formed
		manager1 (engine down, swarm active) manager unknown unreachable
		manager2 (engine up, swarm active) manager ready reachable
		manager3 (engine up, swarm active) manager ready reachable leader
		network ingress overlay ingress
		"
	`);
	expect(told(stateOf('quorum-lost'))).toMatchInlineSnapshot(`
		"
		swarm no-leader
		manager1 (engine down, swarm none)
		manager2 (engine down, swarm none)
		manager3 (engine up, swarm active) manager
		"
	`);
});
