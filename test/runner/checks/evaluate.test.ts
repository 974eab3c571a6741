// What holds for every check and every cluster state, however strange.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkResultSchema, type StateCheck } from '#contract/check.ts';
import { evaluate } from '#runner/checks/evaluate.ts';
import { clusterState, stateCheck } from './arbitraries.ts';
import { goweb, service, task } from './cluster-of.ts';

const runs = { numRuns: 2_000 };

type Entry = [key: string, value: unknown];
const entriesOf = (check: StateCheck): Entry[] => Object.entries(check).filter(([, value]) => value !== undefined);
// Parts of a check with its noun are a check.
const checkOf = (entries: Entry[]) => Object.fromEntries(entries) as object as StateCheck;

test('every check has an answer for every state', () => {
	fc.assert(
		fc.property(stateCheck, clusterState, (check, state) => {
			const result = checkResultSchema.parse(evaluate(check, state));
			expect(result.because.length).toBeGreaterThan(1);
		}),
		runs,
	);
});

test('explanations are one line, end in one full stop, and never say "wrong" or "undefined"', () => {
	fc.assert(
		fc.property(stateCheck, clusterState, (check, state) => {
			const plain = {
				...state,
				tasks: state.tasks.map((each) => ({ ...each, error: each.error && 'No such image: x' })),
			};
			const { because } = evaluate(check, plain);
			expect(because).not.toMatch(/\n|wrong|undefined|NaN|\.\.$| {2}/i);
			expect(because).toMatch(/[^.\s]\.$/);
		}),
		runs,
	);
});

test('nothing is said of a cluster that cannot be seen', () => {
	fc.assert(
		fc.property(stateCheck, clusterState, (check, state) => {
			fc.pre(!('swarm' in check));
			expect(evaluate(check, { ...state, swarm: 'no-leader' }).verdict).toBe('cannot-tell');
			expect(evaluate(check, { ...state, swarm: 'unknown' }).verdict).toBe('cannot-tell');
		}),
		runs,
	);
});

test('evaluation is a function of check and state, and changes neither', () => {
	fc.assert(
		fc.property(stateCheck, clusterState, (check, state) => {
			const before = JSON.stringify([check, state]);
			expect(evaluate(check, state)).toEqual(evaluate(check, state));
			expect(JSON.stringify([check, state])).toBe(before);
		}),
		{ numRuns: 500 },
	);
});

test('a check passes exactly when each of its statements does', () => {
	fc.assert(
		fc.property(stateCheck, clusterState, (check, state) => {
			fc.pre(!('absent' in check && check.absent) && !('swarm' in check && check.swarm === 'absent'));
			const [noun, ...statements] = entriesOf(check);
			const passes = (...parts: Entry[]) => evaluate(checkOf(parts), state).verdict === 'pass';
			const alone = noun !== undefined && passes(noun);
			const parts = statements.map((statement) => noun !== undefined && passes(noun, statement));
			expect(evaluate(check, state).verdict === 'pass').toBe(alone && parts.every(Boolean));
		}),
		runs,
	);
});

test('absent is the opposite of being there', () => {
	fc.assert(
		fc.property(stateCheck, clusterState, (check, state) => {
			const [noun = ['swarm', '']] = entriesOf(check);
			fc.pre(noun[0] !== 'swarm' && noun[0] !== 'node' && state.swarm === 'formed');
			const there = checkOf([noun]);
			const gone = checkOf([noun, ['absent', true]]);
			expect(evaluate(gone, state).verdict === 'pass').toBe(evaluate(there, state).verdict !== 'pass');
		}),
		runs,
	);
});

test('one more running replica never turns "at least" from pass to not yet', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), (wanted, running) => {
			const verdict = (count: number) => {
				const tasks = Array.from({ length: count }, (_, index) => task(index + 1, `worker${(index % 2) + 1}`));
				return evaluate({ service: 'goweb', running: { min: wanted } }, goweb({ replicas: 6, running: count }, tasks))
					.verdict;
			};
			if (verdict(running) === 'pass') expect(verdict(running + 1)).toBe('pass');
		}),
	);
});

test('what other services do changes nothing', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 5 }), (running) => {
			const check: StateCheck = { service: 'goweb', replicas: 3, running: 3, nodes: { min: 2 } };
			const state = goweb();
			const others = [service({ name: 'other', running }), ...state.services];
			const noise = [task(1, 'worker1', { service: 'other', state: 'failed', error: 'boom' }), ...state.tasks];
			expect(evaluate(check, { ...state, services: others, tasks: noise })).toEqual(evaluate(check, state));
		}),
	);
});
