// Settled: what is at rest, and how soon what is not is looked at again.
import { expect, test } from 'vitest';
import { freshState, unknownState } from '#runner/cluster/fresh-state.ts';
import { nextLookMs } from '#runner/cluster/pace.ts';
import { isSettled } from '#runner/cluster/settled.ts';
import { goweb, task, withNodes } from '../checks/cluster-of.ts';
import { stateOf } from './fixtures.ts';

test.each(['unformed', 'formed', 'service-running', 'drained', 'global', 'stack', 'rolled-back', 'three-managers'])(
	'%s is at rest',
	(name) => {
		expect(isSettled(stateOf(name))).toBe(true);
	},
);

test.each([
	'service-just-created',
	'draining',
	'rejected',
	'unplaceable',
	'failing',
	'worker-down',
	'worker-just-stopped',
	'quorum-lost',
	'nobody-answers',
])('%s is on its way', (name) => {
	expect(isSettled(stateOf(name))).toBe(false);
});

test('a fresh sandbox is at rest; one that nobody has looked at is not', () => {
	expect(isSettled(freshState({ managers: 1, workers: 2, swarm: 'formed' }))).toBe(true);
	expect(isSettled(freshState({ managers: 3, workers: 0, swarm: 'unformed' }))).toBe(true);
	expect(isSettled(unknownState([{ name: 'manager1', address: '' }]))).toBe(false);
});

test('a fresh sandbox is what a real one is', () => {
	const plain = (name: string) => {
		const state = stateOf(name);
		return {
			...state,
			swarmId: undefined,
			networks: [],
			nodes: state.nodes.map((node) => ({ ...node, id: node.id && node.name, address: '', platform: undefined })),
		};
	};
	expect(plain('formed')).toEqual(freshState({ managers: 1, workers: 2, swarm: 'formed' }));
	expect(plain('unformed')).toEqual(freshState({ managers: 1, workers: 2, swarm: 'unformed' }));
});

test('tasks that are being shut down, and updates, are on their way', () => {
	expect(isSettled(goweb())).toBe(true);
	expect(isSettled(goweb({}, [task(1, 'worker1', { desired: 'shutdown' })]))).toBe(false);
	expect(isSettled(goweb({ update: { state: 'updating', message: '' } }))).toBe(false);
	expect(isSettled(goweb({ update: { state: 'paused', message: '' } }))).toBe(true);
	expect(isSettled(goweb({ running: 2 }))).toBe(false);
	expect(isSettled(goweb({ mode: 'replicated-job', running: 0 }, []))).toBe(true);
});

test('what is left on a node that is down never moves', () => {
	const tasks = [task(1, 'manager1'), task(2, 'worker1'), task(3, 'worker2', { desired: 'shutdown' })];
	const lost = withNodes({ worker2: { engine: 'down', status: 'down' } }, { tasks });
	expect(isSettled(lost)).toBe(true);
});

test('a node that the managers and its own engine see differently is on its way', () => {
	expect(isSettled(withNodes({ worker1: { swarm: 'pending' } }))).toBe(false);
	expect(isSettled(withNodes({ worker1: { status: 'unknown' } }))).toBe(false);
	expect(isSettled(withNodes({ worker1: { engine: 'down' } }))).toBe(false);
	expect(isSettled(withNodes({ worker1: { swarm: 'none' } }))).toBe(false);
	expect(isSettled(withNodes({ worker1: { swarm: 'none', status: 'down' } }))).toBe(true);
});

test('pace: a few looks at once, then each second while unsettled, for a minute', () => {
	const unsettled = Array.from({ length: 64 }, (_, quietLooks) =>
		nextLookMs({ quietLooks, settled: false, watched: true }),
	);
	expect(unsettled.slice(0, 5)).toEqual([120, 250, 500, 1_000, 1_000]);
	expect(unsettled.slice(59)).toEqual([1_000, 3_000, 3_000, 3_000, 3_000]);
	expect(nextLookMs({ quietLooks: 3, settled: true, watched: true })).toBe(3_000);
	expect(nextLookMs({ quietLooks: 3, settled: true, watched: false })).toBe(15_000);
});
