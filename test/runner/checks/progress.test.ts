// Progress: a step passes once, in order, and only when somebody made it pass.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Check } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import type { Step } from '#contract/lesson.ts';
import { advance, beginProgress, openStep, type Progress } from '#runner/checks/progress.ts';
import { evaluateStep, noProbes } from '#runner/checks/steps.ts';
import { formed, goweb } from './cluster-of.ts';

const step = (id: string, ...checks: Check[]): Step => ({ id, checks, hints: [], solution: [], wrong: [] });
const lesson = {
	topology: { managers: 1, workers: 2, swarm: 'formed' as const },
	steps: [
		step('create', { service: 'goweb' }),
		step('scale', { service: 'goweb', running: 3 }),
		step('remove', { service: 'goweb', absent: true }),
	],
};
const one = () => goweb({ replicas: 1, running: 1 });
const three = () => goweb();
const none = () => formed();

/** Passes in the order they happen, for the states a learner's cluster goes through. */
function play(states: ClusterState[], begin: Progress = beginProgress(lesson, [], true)) {
	let progress = begin;
	return states.map((state) => {
		const results = new Map(lesson.steps.map((each) => [each.id, evaluateStep(each, state, noProbes)]));
		const advanced = advance(lesson, progress, results);
		progress = advanced.progress;
		return advanced.newlyPassed.join(' ');
	});
}

test('steps pass one after another, each once', () => {
	expect(play([none(), one(), one(), three(), three(), none(), none()])).toEqual([
		'',
		'create',
		'',
		'scale',
		'',
		'remove',
		'',
	]);
});

test('"goweb is gone" does not pass where goweb never was', () => {
	expect(play([none(), none()])).toEqual(['', '']);
});

test('a step waits for the ones before it', () => {
	expect(play([none(), one(), none(), one(), three(), none()])).toEqual(['', 'create', '', '', 'scale', 'remove']);
});

test('several steps may pass at once', () => {
	expect(play([none(), three()])).toEqual(['', 'create scale']);
});

test('a step stays passed when its state is gone', () => {
	const [, second] = play([three(), none()]);
	expect(second).toBe('remove');
});

test('a cluster that cannot be seen changes nothing', () => {
	const blind = () => formed({ swarm: 'no-leader' });
	expect(play([none(), one(), blind(), three(), blind(), none()])).toEqual(['', 'create', '', 'scale', '', 'remove']);
});

test('in a new sandbox, what passed in another one stays passed, and "gone" waits to be seen', () => {
	const progress = beginProgress(lesson, ['create', 'scale'], true);
	expect(play([none(), none(), three(), none()], progress)).toEqual(['', '', '', 'remove']);
});

test('in a sandbox that is taken over, nobody knows what was seen before', () => {
	const progress = beginProgress(lesson, ['create', 'scale'], false);
	expect(play([none()], progress)).toEqual(['remove']);
});

test('the open step is the first that has not passed', () => {
	expect(openStep(lesson.steps, beginProgress(lesson, ['create'], true))?.id).toBe('scale');
	expect(openStep(lesson.steps, beginProgress(lesson, ['create', 'scale', 'remove'], true))).toBeUndefined();
});

test('a look without news gives the same progress back', () => {
	const progress = beginProgress(lesson, [], true);
	const results = new Map(lesson.steps.map((each) => [each.id, evaluateStep(each, none(), noProbes)]));
	expect(advance(lesson, progress, results).progress).toBe(progress);
});

test('whatever happens: every step passes at most once, in order, and progress never shrinks', () => {
	const anyState = fc.constantFrom('none', 'one', 'three', 'blind').map((word) => {
		return { none, one, three, blind: () => formed({ swarm: 'unknown' }) }[word]?.() ?? none();
	});
	fc.assert(
		fc.property(fc.array(anyState, { maxLength: 30 }), fc.boolean(), (states, isFresh) => {
			const passed = play(states, beginProgress(lesson, [], isFresh))
				.filter(Boolean)
				.join(' ')
				.split(' ')
				.filter(Boolean);
			expect(passed).toEqual(lesson.steps.map((each) => each.id).slice(0, passed.length));
		}),
	);
});
