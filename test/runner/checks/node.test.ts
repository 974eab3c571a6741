// What a node check says of what it sees.
import { expect, test } from 'vitest';
import type { StateCheck } from '#contract/check.ts';
import { evaluate } from '#runner/checks/evaluate.ts';
import { formed, outside, unformed, withNodes } from './cluster-of.ts';

const check = (parts: object = {}): StateCheck => ({ node: 'worker2', ...parts });
const because = (parts: object, state = formed()) => evaluate(check(parts), state).because;

test('a member is described', () => {
	expect(evaluate(check({ role: 'worker', status: 'ready' }), formed())).toEqual({
		verdict: 'pass',
		because: 'worker2 is a worker and ready.',
	});
	expect(evaluate({ node: 'manager1', leader: true }, formed()).because).toBe(
		'manager1 is a manager and ready, and it leads.',
	);
	expect(because({ availability: 'drain' }, withNodes({ worker2: { availability: 'drain' } }))).toBe(
		'worker2 is a worker and ready, availability drain.',
	);
});

test('no swarm, so no member', () => {
	expect(evaluate(check(), unformed())).toEqual({ verdict: 'not-yet', because: 'There is no swarm yet.' });
});

test.each([
	[outside, 'worker2 has not joined the swarm.'],
	[{ ...outside, swarm: 'pending' }, 'worker2 is joining the swarm.'],
	[{ ...outside, swarm: 'error' }, 'worker2 tried to join a swarm and could not.'],
	[{ ...outside, swarm: 'locked' }, 'worker2 is locked and waits for the key.'],
	[{ ...outside, engine: 'down' }, 'worker2 does not answer.'],
	[{ ...outside, status: 'down' }, 'worker2 has left the swarm.'],
	[{ role: undefined, status: undefined }, 'worker2 is in another swarm.'],
] as const)('outside the swarm: %o', (change, sentence) => {
	expect(evaluate(check({ role: 'worker' }), withNodes({ worker2: change }))).toEqual({
		verdict: 'not-yet',
		because: sentence,
	});
});

test('a name that no node has', () => {
	expect(evaluate({ node: 'worker3' }, formed()).because).toBe('There is no node named worker3.');
});

test('each property has its words', () => {
	expect(because({ role: 'manager' })).toBe('worker2 is a worker instead of a manager.');
	expect(because({ status: 'down' })).toBe('worker2 is ready instead of down.');
	expect(because({ availability: 'drain' })).toBe('the availability of worker2 is active instead of drain.');
});

test('the managers may know a node that does not answer', () => {
	const state = withNodes({ worker2: { engine: 'down', status: 'down' } });
	expect(evaluate(check({ status: 'down' }), state).verdict).toBe('pass');
});

test('who leads instead', () => {
	expect(because({ leader: true })).toBe('manager1 leads instead of worker2.');
	expect(evaluate({ node: 'manager1', leader: false }, formed()).because).toBe('manager1 still leads.');
});

test('labels: none, another value, on another node', () => {
	expect(because({ labels: { disk: 'ssd' } })).toBe('worker2 has no label disk.');
	expect(because({ labels: { disk: 'ssd' } }, withNodes({ worker2: { labels: { disk: 'hdd' } } }))).toBe(
		'the label disk of worker2 is "hdd" instead of "ssd".',
	);
	expect(because({ labels: { disk: 'ssd' } }, withNodes({ worker1: { labels: { disk: 'ssd' } } }))).toBe(
		'worker2 has no label disk, worker1 has one.',
	);
	const labelled = withNodes({ worker2: { labels: { disk: 'ssd', zone: 'a' } } });
	expect(evaluate(check({ labels: { disk: 'ssd' } }), labelled).verdict).toBe('pass');
});

test('a label named like a property of objects is only there when it is there', () => {
	expect(because({ labels: { constructor: 'x' } })).toBe('worker2 has no label constructor.');
});

test('absent', () => {
	expect(evaluate(check({ absent: true }), withNodes({ worker2: outside }))).toEqual({
		verdict: 'pass',
		because: 'worker2 is not part of the swarm.',
	});
	const left = withNodes({ worker2: { swarm: 'none', status: 'down' } });
	expect(because({ absent: true }, left)).toBe('worker2 is still in the managers’ list, as down.');
});

test('without a leader nobody can say', () => {
	expect(evaluate(check({ role: 'worker' }), formed({ swarm: 'no-leader' }))).toEqual({
		verdict: 'cannot-tell',
		because: 'The managers have no leader, so worker2 cannot be seen.',
	});
});
