// What a service check says of what it sees.
import { expect, test } from 'vitest';
import type { StateCheck } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import { evaluate } from '#runner/checks/evaluate.ts';
import { formed, goweb, service, task, unformed } from './cluster-of.ts';

const check = (parts: object = {}): StateCheck => ({ service: 'goweb', ...parts });
const because = (parts: object, state: ClusterState) => evaluate(check(parts), state).because;

test('a service that runs as asked', () => {
	expect(evaluate(check({ replicas: 3, running: 3, nodes: { min: 2 } }), goweb())).toEqual({
		verdict: 'pass',
		because: '3 of 3 replicas of goweb run, on 3 nodes.',
	});
});

test('there is none of this name', () => {
	expect(evaluate(check(), formed())).toEqual({
		verdict: 'not-yet',
		because: 'There is no service named goweb yet.',
	});
	expect(because({}, formed({ services: [service({ name: 'gobew' })] }))).toBe(
		'There is no service named goweb yet; the only service is gobew.',
	);
});

test('no swarm, no leader, nobody there', () => {
	expect(evaluate(check(), unformed()).because).toBe('There is no swarm yet.');
	expect(evaluate(check(), formed({ swarm: 'no-leader' }))).toEqual({
		verdict: 'cannot-tell',
		because: 'The managers have no leader, so services cannot be seen.',
	});
	expect(evaluate(check(), formed({ swarm: 'unknown' })).because).toBe(
		'None of the nodes answers, so services cannot be seen.',
	);
});

test('absent', () => {
	expect(evaluate(check({ absent: true }), formed())).toEqual({
		verdict: 'pass',
		because: 'There is no service named goweb.',
	});
	expect(because({ absent: true }, goweb())).toBe('There is still a service named goweb.');
});

test('absent says nothing without a swarm: leaving it is not the same as removing the service', () => {
	expect(evaluate(check({ absent: true }), unformed()).verdict).toBe('not-yet');
});

test.each(['nginx', 'nginx:latest', 'docker.io/library/nginx', 'docker.io/library/nginx:latest'])(
	'%s is nginx, however it is written',
	(image) => {
		const state = goweb({ image: 'nginx:latest' });
		expect(evaluate(check({ image }), state).verdict).toBe('pass');
	},
);

test('another image', () => {
	expect(because({ image: 'carmeloc/goweb:2.0' }, goweb())).toBe(
		'the image of goweb is carmeloc/goweb:1.0 instead of carmeloc/goweb:2.0.',
	);
	expect(because({ image: 'goweb:1.0' }, goweb({ image: 'localhost:5000/goweb:1.0' }))).toBe(
		'the image of goweb is localhost:5000/goweb:1.0 instead of goweb:1.0.',
	);
});

test('another mode', () => {
	expect(because({ mode: 'global' }, goweb())).toBe('goweb is replicated instead of global.');
});

test('fewer asked for is said once, although fewer run, too', () => {
	const state = goweb({ replicas: 2, running: 2 }, [task(1, 'manager1'), task(2, 'worker1')]);
	expect(because({ replicas: 3, running: 3 }, state)).toBe('goweb asks for 2 replicas instead of 3.');
	expect(because({ running: 3 }, state)).toBe('2 of 2 replicas run instead of 3.');
	expect(because({ replicas: { min: 3 } }, state)).toBe('goweb asks for 2 replicas instead of at least 3.');
});

test('the one that does not run is named, with its cause in Swarm’s words', () => {
	const state = goweb({ running: 2 }, [
		task(1, 'manager1'),
		task(2, 'worker1'),
		task(3, 'worker2', { state: 'preparing' }),
		task(3, 'worker2', { state: 'rejected', desired: 'shutdown', error: 'No such image: carmeloc/goweb:1.0' }),
	]);
	expect(because({ replicas: 3, running: 3 }, state)).toBe(
		'2 of 3 replicas run; goweb.3 was rejected on worker2: No such image: carmeloc/goweb:1.0.',
	);
});

test('between two attempts there are failed tasks alone', () => {
	const state = goweb({ replicas: 1, running: 0 }, [
		task(1, 'worker1', { state: 'failed', desired: 'shutdown', error: 'task: non-zero exit (3)' }),
	]);
	expect(because({ running: 1 }, state)).toBe(
		'0 of 1 replica runs; goweb.1 failed on worker1: its program ended with exit code 3.',
	);
});

test('what failed with an image from before an update explains nothing', () => {
	const state = goweb({ replicas: 1, running: 0, image: 'carmeloc/goweb:2.0' }, [
		task(1, 'worker1', { state: 'preparing', image: 'carmeloc/goweb:2.0' }),
		task(1, 'worker1', { state: 'rejected', desired: 'shutdown', error: 'No such image: carmeloc/goweb:1.0' }),
	]);
	expect(because({ running: 1 }, state)).toBe('0 of 1 replica runs; goweb.1 is preparing on worker1.');
});

test('one cause of several tasks is said once', () => {
	const waiting = { state: 'pending', error: 'no suitable node (scheduling constraints not satisfied on 3 nodes)' };
	const state = goweb(
		{ running: 0 },
		[1, 2, 3].map((slot) => task(slot, undefined, waiting)),
	);
	expect(because({ running: 3 }, state)).toBe(
		'0 of 3 replicas run; goweb.1, goweb.2 and goweb.3 wait for a node: no suitable node (scheduling constraints not satisfied on 3 nodes).',
	);
});

test('errors come before what is merely on its way', () => {
	const state = goweb({ running: 1 }, [
		task(1, 'manager1', { state: 'starting' }),
		task(2, 'worker1'),
		task(3, undefined, { state: 'pending', error: 'no suitable node (host-mode port already in use on 1 node)' }),
	]);
	expect(because({ running: 3 }, state)).toBe(
		'1 of 3 replicas run; goweb.3 waits for a node: no suitable node (host-mode port already in use on 1 node); goweb.1 is starting on manager1.',
	);
});

test.each([
	['task: non-zero exit (137): dockerexec: unhealthy container', 'its health check failed'],
	['task: non-zero exit (1)', 'its program ended with exit code 1'],
	['task: non-zero exit (127): OCI runtime exec failed', 'OCI runtime exec failed'],
	[
		'starting container failed: driver failed programming external connectivity\n Bind for 0.0.0.0:80 failed: port is already allocated.',
		'starting container failed: driver failed programming external connectivity Bind for 0.0.0.0:80 failed: port is already allocated',
	],
])('the error %j is told as "%s"', (error, told) => {
	const state = goweb({ replicas: 1, running: 0 }, [
		task(1, 'worker1', { state: 'failed', desired: 'shutdown', error }),
	]);
	expect(because({ running: 1 }, state)).toBe(`0 of 1 replica runs; goweb.1 failed on worker1: ${told}.`);
});

test('an endless error is cut', () => {
	const state = goweb({ replicas: 1, running: 0 }, [task(1, 'worker1', { state: 'failed', error: 'x'.repeat(5000) })]);
	expect(because({ running: 1 }, state).length).toBeLessThan(400);
});

test('a program that ended by itself', () => {
	const state = goweb({ replicas: 1, running: 0 }, [
		task(1, 'worker1', { state: 'new', desired: 'ready' }),
		task(1, 'worker1', { state: 'complete', desired: 'shutdown' }),
	]);
	expect(because({ running: 1 }, state)).toBe('0 of 1 replica runs; goweb.1 ended by itself on worker1.');
});

test('more tasks than asked for, while a scale-down is on its way', () => {
	const state = goweb({ replicas: 1, running: 3 });
	expect(because({ replicas: 1, running: 1 }, state)).toBe('3 replicas still run instead of 1.');
});

test('spread over too few nodes', () => {
	const state = goweb({}, [task(1, 'worker1'), task(2, 'worker1'), task(3, 'worker1')]);
	expect(because({ running: 3, nodes: { min: 2 } }, state)).toBe('goweb runs on 1 node instead of at least 2.');
});

test('on and notOn', () => {
	expect(evaluate(check({ notOn: ['worker1'] }), goweb()).because).toBe('goweb.2 runs on worker1.');
	expect(evaluate(check({ on: ['worker1', 'worker2'] }), goweb()).because).toBe('goweb.1 runs on manager1.');
	expect(evaluate(check({ on: ['worker2'] }), goweb()).because).toBe(
		'goweb.1 and goweb.2 run on manager1 and worker1.',
	);
	expect(evaluate(check({ on: ['manager1', 'worker1', 'worker2'] }), goweb()).verdict).toBe('pass');
});

test('"every task is on worker1" needs a task', () => {
	const idle = goweb({ running: 0 }, []);
	expect(because({ on: ['worker1'] }, idle)).toBe('no task of goweb runs.');
	expect(evaluate(check({ notOn: ['worker1'] }), idle).verdict).toBe('pass');
});

test('a task that is shut down does not run there any more', () => {
	const state = goweb({}, [task(1, 'manager1'), task(2, 'worker2'), task(2, 'worker1', { desired: 'shutdown' })]);
	expect(evaluate(check({ notOn: ['worker1'] }), state).verdict).toBe('pass');
});

test('a global service has tasks, not replicas, and its tasks no numbers', () => {
	const global = { mode: 'global', replicas: 3, running: 2 } as const;
	const state = goweb(global, [
		task(1, 'manager1', { slot: undefined, name: 'goweb.n1' }),
		task(2, 'worker1', { slot: undefined, name: 'goweb.n2' }),
		task(3, 'worker2', { slot: undefined, name: 'goweb.n3', state: 'rejected', error: 'No such image: x' }),
	]);
	expect(because({ mode: 'global', running: 3 }, state)).toBe(
		'2 of 3 tasks run; a task of goweb was rejected on worker2: No such image: x.',
	);
});

test('ports', () => {
	expect(evaluate(check({ published: 8888 }), goweb()).verdict).toBe('pass');
	expect(because({ published: 80 }, goweb())).toBe('goweb publishes port 8888 instead of 80.');
	expect(because({ published: 80 }, goweb({ ports: [] }))).toBe('goweb publishes no port.');
});

test('networks', () => {
	expect(because({ networks: ['front', 'back'] }, goweb({ networks: ['front'] }))).toBe(
		'goweb is not attached to back.',
	);
	expect(evaluate(check({ networks: ['front'] }), goweb({ networks: ['back', 'front'] })).verdict).toBe('pass');
});

test('updates', () => {
	expect(because({ update: 'completed' }, goweb())).toBe('goweb has not been updated yet.');
	expect(
		because({ update: 'completed' }, goweb({ update: { state: 'updating', message: 'update in progress' } })),
	).toBe('the update of goweb is "updating" instead of "completed".');
	const paused = { state: 'paused', message: 'update paused due to failure or early termination of task abc' };
	expect(because({ update: 'rollback_completed' }, goweb({ update: paused }))).toBe(
		'the update of goweb is "paused" (update paused due to failure or early termination of task abc) instead of "rollback_completed".',
	);
	expect(evaluate(check({ update: 'paused' }), goweb({ update: paused })).verdict).toBe('pass');
});

test('several differences are one sentence, of three at most', () => {
	const state = goweb({ image: 'nginx:latest', mode: 'global', ports: [], replicas: 1, running: 1 });
	expect(because({ image: 'goweb', mode: 'replicated', replicas: 3, published: 80 }, state)).toBe(
		'the image of goweb is nginx:latest instead of goweb; goweb is global instead of replicated; goweb asks for 1 replica instead of 3.',
	);
});
