// What checks say of real swarms, in the words a learner reads.
import { expect, test } from 'vitest';
import type { StateCheck } from '#contract/check.ts';
import { evaluate } from '#runner/checks/evaluate.ts';
import { stateOf } from '../cluster/fixtures.ts';

const three: StateCheck = { service: 'goweb', replicas: 3, running: 3, nodes: { min: 2 } };

/** `verdict: sentence` of a check on each of these recordings. */
const said = (check: StateCheck, ...names: string[]) =>
	`\n${names
		.map((name) => {
			const { verdict, because } = evaluate(check, stateOf(name));
			return `${name}: ${verdict}: ${because.replaceAll(/\b[a-z0-9]{25}\b/g, '<id>')}`;
		})
		.join('\n')}\n`;

test('three replicas, on the way there and beyond', () => {
	expect(
		said(
			three,
			'unformed',
			'formed',
			'service-just-created',
			'service-running',
			'service-scaled',
			'drained',
			'service-just-removed',
		),
	).toMatchInlineSnapshot(`
		"
		unformed: not-yet: There is no swarm yet.
		formed: not-yet: There is no service named goweb yet.
		service-just-created: not-yet: goweb asks for 1 replica instead of 3; 0 of 1 replica runs; goweb.1 is on its way to manager1.
		service-running: not-yet: goweb asks for 1 replica instead of 3; goweb runs on 1 node instead of at least 2.
		service-scaled: pass: 3 of 3 replicas of goweb run, on 3 nodes.
		drained: pass: 3 of 3 replicas of goweb run, on 2 nodes.
		service-just-removed: not-yet: There is no service named goweb yet.
		"
	`);
});

test('services in trouble', () => {
	expect(
		said({ service: 'goweb', running: { min: 1 } }, 'rejected', 'unplaceable', 'failing', 'insufficient-memory'),
	).toMatchInlineSnapshot(`
		"
		rejected: not-yet: 0 of 1 replica runs; goweb.1 was rejected on manager1: No such image: carmeloc/goweb:9.9.
		unplaceable: not-yet: 0 of 2 replicas run; goweb.1 and goweb.2 wait for a node: no suitable node (scheduling constraints not satisfied on 3 nodes).
		failing: not-yet: 0 of 1 replica runs; goweb.1 failed on worker1: its program ended with exit code 2.
		insufficient-memory: not-yet: 0 of 1 replica runs; goweb.1 waits for a node: no suitable node (insufficient resources on 3 nodes).
		"
	`);
	expect(said({ service: 'goweb', running: 4 }, 'host-port-taken')).toMatchInlineSnapshot(`
		"
		host-port-taken: not-yet: 3 of 4 replicas run; goweb.3 waits for a node: no suitable node (host-mode port already in use on 3 nodes).
		"
	`);
	expect(
		said({ service: 'goweb', update: 'completed', running: 3 }, 'update-paused', 'rolled-back'),
	).toMatchInlineSnapshot(`
		"
		update-paused: not-yet: 2 of 3 replicas run; goweb.1 was rejected on worker1: No such image: carmeloc/goweb:2.0; the update of goweb is "paused" (update paused due to failure or early termination of goweb.1) instead of "completed".
		rolled-back: not-yet: the update of goweb is "rollback_completed" instead of "completed".
		"
	`);
});

test('networks that cannot be made or are full, and an update that never becomes healthy', () => {
	expect(said({ network: 'back' }, 'network-not-made')).toMatchInlineSnapshot(`
		"
		network-not-made: not-yet: The swarm could not make back: another network probably has its subnet.
		"
	`);
	expect(
		said({ service: 'goweb', running: { min: 1 } }, 'network-not-made', 'network-full', 'network-refused-by-node'),
	).toMatchInlineSnapshot(`
		"
		network-not-made: not-yet: 0 of 1 replica runs; goweb.1 waits for back, which the swarm could not make: another network probably has its subnet.
		network-full: not-yet: 0 of 2 replicas run; goweb.1 and goweb.2 wait for an address in tiny.
		network-refused-by-node: not-yet: 0 of 1 replica runs; goweb.1 was rejected on manager1: failed to parse x: strconv.Atoi: parsing "x": invalid syntax.
		"
	`);
	expect(said({ service: 'goweb', update: 'completed' }, 'update-never-healthy')).toMatchInlineSnapshot(`
		"
		update-never-healthy: not-yet: the update of goweb is "paused" (update paused due to failure or early termination of a task: goweb.2 ended by itself on worker2) instead of "completed".
		"
	`);
});

test('what is lost, and what cannot be seen', () => {
	expect(
		said(
			three,
			'worker-just-stopped',
			'worker-down',
			'worker-back',
			'only-manager-stopped',
			'locked',
			'quorum-lost',
			'nobody-answers',
		),
	).toMatchInlineSnapshot(`
		"
		worker-just-stopped: pass: 3 of 3 replicas of goweb run, on 3 nodes.
		worker-down: not-yet: 2 of 3 replicas run; goweb.2 is about to start on worker1.
		worker-back: not-yet: 2 of 3 replicas run; goweb.2 failed on worker2: its program ended with exit code 255.
		only-manager-stopped: cannot-tell: No manager answers, so services cannot be seen.
		locked: cannot-tell: manager1 is locked and waits for the key, so services cannot be seen.
		quorum-lost: cannot-tell: The managers have no leader, so services cannot be seen.
		nobody-answers: cannot-tell: None of the nodes answers, so services cannot be seen.
		"
	`);
});

test('a drained node', () => {
	expect(
		said({ service: 'goweb', running: 3, notOn: ['worker1'] }, 'service-scaled', 'draining', 'drained'),
	).toMatchInlineSnapshot(`
		"
		service-scaled: not-yet: goweb.3 runs on worker1.
		draining: not-yet: 2 of 3 replicas run; goweb.3 is on its way to manager1.
		drained: pass: 3 of 3 replicas of goweb run, on 2 nodes.
		"
	`);
});

test('who has joined', () => {
	const joined: StateCheck = { swarm: 'formed', managers: 1, workers: 2 };
	expect(
		said(
			joined,
			'unformed',
			'one-manager',
			'one-worker-joining',
			'two-swarms',
			'formed',
			'worker-down',
			'worker-left',
			'worker-joined-again',
		),
	).toMatchInlineSnapshot(`
		"
		unformed: not-yet: There is no swarm yet.
		one-manager: not-yet: no workers are ready instead of 2; worker1 has not joined the swarm; worker2 has not joined the swarm.
		one-worker-joining: not-yet: 1 worker is ready instead of 2; worker2 has not joined the swarm.
		two-swarms: not-yet: 1 worker is ready instead of 2; worker2 is in another swarm.
		formed: pass: The swarm has 1 reachable manager and 2 ready workers.
		worker-down: not-yet: 1 worker is ready instead of 2; worker2 is down.
		worker-left: not-yet: 1 worker is ready instead of 2; worker2 has left the swarm.
		worker-joined-again: pass: The swarm has 1 reachable manager and 2 ready workers.
		"
	`);
	expect(
		said(
			{ node: 'worker2', role: 'worker', status: 'ready' },
			'one-manager',
			'two-swarms',
			'formed',
			'worker-down',
			'worker-just-left',
			'worker-left',
			'worker-joined-again',
			'quorum-lost',
		),
	).toMatchInlineSnapshot(`
		"
		one-manager: not-yet: worker2 has not joined the swarm.
		two-swarms: not-yet: worker2 is in another swarm.
		formed: pass: worker2 is a worker and ready.
		worker-down: not-yet: worker2 is down instead of ready.
		worker-just-left: not-yet: worker2 has left the swarm.
		worker-left: not-yet: worker2 has left the swarm.
		worker-joined-again: pass: worker2 is a worker and ready.
		quorum-lost: cannot-tell: The managers have no leader, so worker2 cannot be seen.
		"
	`);
	expect(said({ node: 'worker2', labels: { disk: 'ssd' } }, 'formed', 'formed-labelled')).toMatchInlineSnapshot(`
		"
		formed: not-yet: worker2 has no label disk.
		formed-labelled: pass: worker2 is a worker and ready.
		"
	`);
});

test('who leads', () => {
	expect(
		said({ swarm: 'formed', leader: 'manager1' }, 'three-managers', 'leader-moved', 'quorum-just-lost', 'quorum-lost'),
	).toMatchInlineSnapshot(`
		"
		three-managers: pass: The swarm has 3 reachable managers and no ready workers.
		leader-moved: not-yet: manager3 leads instead of manager1.
		quorum-just-lost: not-yet: manager3 leads instead of manager1.
		quorum-lost: cannot-tell: A swarm exists, but the managers have no leader.
		"
	`);
	expect(said({ swarm: 'formed', managers: 3 }, 'three-managers', 'leader-moved')).toMatchInlineSnapshot(`
		"
		three-managers: pass: The swarm has 3 reachable managers and no ready workers.
		leader-moved: not-yet: 2 managers are reachable instead of 3; the managers wait for word from manager1.
		"
	`);
});

test('networks, secrets, configs, stacks', () => {
	expect(
		said({ network: 'backstage', attachable: true, encrypted: true }, 'formed', 'network-secret-config'),
	).toMatchInlineSnapshot(`
		"
		formed: not-yet: The swarm has no network named backstage yet.
		network-secret-config: pass: backstage is a network of the swarm, driver overlay.
		"
	`);
	expect(said({ secret: 'password', usedBy: 'api' }, 'formed', 'network-secret-config')).toMatchInlineSnapshot(`
		"
		formed: not-yet: There is no secret named password yet.
		network-secret-config: pass: api uses the secret password.
		"
	`);
	expect(said({ config: 'settings', usedBy: 'api' }, 'formed', 'network-secret-config')).toMatchInlineSnapshot(`
		"
		formed: not-yet: There is no config named settings yet.
		network-secret-config: pass: api uses the config settings.
		"
	`);
	expect(said({ stack: 'shop', services: ['web', 'api'], running: 'all' }, 'formed', 'stack')).toMatchInlineSnapshot(`
		"
		formed: not-yet: There is no stack named shop yet.
		stack: pass: The stack shop has shop_api and shop_web.
		"
	`);
	expect(
		said({ service: 'everywhere', mode: 'global', running: 3 }, 'global-just-created', 'global'),
	).toMatchInlineSnapshot(`
		"
		global-just-created: not-yet: 0 of 3 tasks run; 3 tasks of everywhere are on their way to worker2, worker1 and manager1.
		global: pass: 3 of 3 tasks of everywhere run, on 3 nodes.
		"
	`);
});
