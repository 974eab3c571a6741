// What a swarm check says of what it sees.
import { expect, test } from 'vitest';
import type { StateCheck } from '#contract/check.ts';
import { evaluate } from '#runner/checks/evaluate.ts';
import { formed, outside, unformed, withNodes } from './cluster-of.ts';

const check = (parts: object = {}): StateCheck => ({ swarm: 'formed', ...parts });

test('a swarm exists', () => {
	expect(evaluate(check(), formed())).toEqual({
		verdict: 'pass',
		because: 'The swarm has 1 reachable manager and 2 ready workers.',
	});
});

test('there is none yet', () => {
	expect(evaluate(check(), unformed())).toEqual({ verdict: 'not-yet', because: 'There is no swarm yet.' });
});

test('who is missing is named', () => {
	const state = withNodes({ worker2: outside });
	expect(evaluate(check({ workers: 2 }), state).because).toMatchInlineSnapshot(
		`"1 worker is ready instead of 2; worker2 has not joined the swarm."`,
	);
});

test('a node that is on its way is said to be', () => {
	const state = withNodes({ worker1: { ...outside, swarm: 'pending' }, worker2: { status: 'down' } });
	expect(evaluate(check({ workers: 2 }), state).because).toMatchInlineSnapshot(
		`"no workers are ready instead of 2; worker1 is joining the swarm; worker2 is down."`,
	);
});

test('a worker that joined as a manager is counted as one', () => {
	const state = withNodes({ worker2: { role: 'manager', reachability: 'reachable' } });
	expect(evaluate(check({ managers: 1, workers: 2 }), state).because).toMatchInlineSnapshot(
		`"2 managers are reachable instead of 1; 1 worker is ready instead of 2."`,
	);
});

test('managers count while they are reachable', () => {
	const state = withNodes({ manager1: { reachability: 'unreachable' } });
	expect(evaluate(check({ managers: { min: 1 } }), state).because).toMatchInlineSnapshot(
		`"no managers are reachable instead of at least 1."`,
	);
});

test('nodes of all roles are counted together', () => {
	expect(evaluate(check({ nodes: 3 }), formed()).verdict).toBe('pass');
});

test('the past of a node that joined again is not counted, and not called missing', () => {
	const state = formed();
	const past = {
		...withNodes({}).nodes[2],
		status: 'down',
		engine: 'down',
		id: 'older',
	} as (typeof state.nodes)[number];
	const twice = { ...state, nodes: [...state.nodes, past] };
	expect(evaluate(check({ nodes: 3, workers: 2 }), twice).verdict).toBe('pass');
	expect(evaluate(check({ nodes: 4 }), twice).because).toMatchInlineSnapshot(`"3 nodes are ready instead of 4."`);
});

test('the leader is named', () => {
	expect(evaluate(check({ leader: 'manager2' }), formed()).because).toBe('manager1 leads instead of manager2.');
	expect(evaluate(check({ leader: 'manager1' }), withNodes({ manager1: { leader: false } })).because).toBe(
		'no manager leads.',
	);
});

test('autolock', () => {
	expect(evaluate(check({ autolock: true }), formed()).because).toBe('autolock is off.');
	expect(evaluate(check({ autolock: false }), formed({ autolock: true })).because).toBe('autolock is on.');
	expect(evaluate(check({ autolock: true }), formed({ autolock: true })).verdict).toBe('pass');
});

test('without a leader a swarm exists, and nothing can be said of it', () => {
	expect(evaluate(check(), formed({ swarm: 'no-leader' }))).toEqual({
		verdict: 'cannot-tell',
		because: 'A swarm exists, but the managers have no leader.',
	});
});

test('when no manager answers, that is what is seen', () => {
	const state = withNodes({ manager1: { engine: 'down', role: undefined } }, { swarm: 'no-leader' });
	expect(evaluate(check(), state).because).toBe('A swarm exists, but no manager answers.');
});

test('a locked manager waits for its key', () => {
	const state = withNodes({ manager1: { swarm: 'locked', role: undefined } }, { swarm: 'no-leader' });
	expect(evaluate(check(), state).because).toBe('A swarm exists, but manager1 is locked and waits for the key.');
});

test('when nobody answers, nobody is blamed', () => {
	expect(evaluate(check(), formed({ swarm: 'unknown' }))).toEqual({
		verdict: 'cannot-tell',
		because: 'None of the nodes answers, so the swarm cannot be seen.',
	});
});

test('absent: no node is part of a swarm', () => {
	expect(evaluate({ swarm: 'absent' }, unformed())).toEqual({
		verdict: 'pass',
		because: 'No node is part of a swarm.',
	});
	expect(evaluate({ swarm: 'absent' }, formed()).because).toBe(
		'manager1, worker1 and worker2 are still part of a swarm.',
	);
	expect(evaluate({ swarm: 'absent' }, withNodes({ worker1: outside, worker2: outside })).because).toBe(
		'manager1 is still part of a swarm.',
	);
});

test('absent: a node that does not answer may be part of one', () => {
	const state = unformed();
	const silent = state.nodes.map((node) => (node.name === 'worker2' ? { ...node, engine: 'down' as const } : node));
	expect(evaluate({ swarm: 'absent' }, { ...state, nodes: silent })).toEqual({
		verdict: 'cannot-tell',
		because: 'worker2 does not answer.',
	});
});
