// Watching steps: what is reported when the cluster goes from state to state, and when probes are made.
import { expect, onTestFinished, test } from 'vitest';
import type { Check, CheckResult, Probe } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import type { Step } from '#contract/lesson.ts';
import { type StepsWatchOptions, watchSteps } from '#runner/checks/watch-steps.ts';
import { handClock } from '../cluster/hand-clock.ts';
import { formed, goweb } from './cluster-of.ts';

const step = (id: string, ...checks: Check[]): Step => ({ id, checks, hints: [], solution: [], wrong: [] });
const runs: Check = { service: 'goweb', running: 3 };
const http: Check = { http: 'http://manager1:8888/', status: 200 };
const pass: CheckResult = { verdict: 'pass', because: 'It answers.' };
const refused: CheckResult = { verdict: 'not-yet', because: 'It does not answer.' };

/** A cluster that goes where the test moves it. */
function cluster(first: ClusterState) {
	const listeners = new Set<(state: ClusterState, before: ClusterState) => void>();
	let state = first;
	return {
		get state() {
			return state;
		},
		onChange(listener: (state: ClusterState, before: ClusterState) => void) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		refresh: async () => state,
		become(next: ClusterState) {
			const before = state;
			state = next;
			for (const listener of listeners) listener(next, before);
		},
		listeners,
	};
}

function begin(steps: Step[], options: Partial<StepsWatchOptions> = {}) {
	const moved = cluster(formed());
	const clock = handClock();
	const passed: string[] = [];
	const shown: string[] = [];
	const faults: unknown[] = [];
	const probes: { probe: Probe; answer: (result: CheckResult) => void }[] = [];
	const watch = watchSteps({
		lesson: { topology: { managers: 1, workers: 2, swarm: 'formed' }, steps },
		cluster: moved,
		clock,
		passed: [],
		isFresh: true,
		runProbe: (probe) => new Promise((resolve) => probes.push({ probe, answer: resolve })),
		onPassed: (id) => passed.push(id),
		onResults: (results) =>
			shown.push([...results].map(([id, result]) => `${id}: ${result.checks.map((each) => each.verdict)}`).join('; ')),
		onFault: (error) => faults.push(error),
		...options,
	});
	onTestFinished(async () => {
		for (const { answer } of probes) answer(refused);
		await watch[Symbol.asyncDispose]();
	});
	const answer = async (result: CheckResult) => {
		probes.shift()?.answer(result);
		await settled();
	};
	return { watch, cluster: moved, clock, passed, shown, probes, answer, faults };
}

/** Lets everything happen that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('results are there from the beginning, and come again when they change', () => {
	const { cluster, shown, passed, watch } = begin([step('create', { service: 'goweb' }), step('scale', runs)]);
	expect(shown).toEqual(['create: not-yet; scale: not-yet']);
	cluster.become(goweb({ running: 1 }));
	cluster.become(goweb({ running: 1 }));
	cluster.become(goweb());
	expect(shown.slice(1)).toEqual(['create: pass; scale: not-yet', 'create: pass; scale: pass']);
	expect(passed).toEqual(['create', 'scale']);
	expect(watch.results.get('scale')?.checks[0]?.because).toBe('3 of 3 replicas of goweb run, on 3 nodes.');
});

test('a step is reported once, and stays passed', () => {
	const { cluster, passed, watch } = begin([step('scale', runs)]);
	for (const state of [goweb(), formed(), goweb()]) cluster.become(state);
	expect(passed).toEqual(['scale']);
	expect([...watch.passed]).toEqual(['scale']);
});

test('a step that this learner has passed before is not reported again', () => {
	const { cluster, passed } = begin([step('create', { service: 'goweb' }), step('scale', runs)], {
		passed: ['create'],
	});
	cluster.become(goweb());
	expect(passed).toEqual(['scale']);
});

test('a probe is made when nothing else is missing, and its answer counts', async () => {
	const { cluster, probes, passed, answer } = begin([step('answers', runs, http)]);
	expect(probes).toHaveLength(0);
	cluster.become(goweb());
	expect(probes).toHaveLength(1);
	await answer(pass);
	expect(passed).toEqual(['answers']);
});

test('what a probe found before the cluster changed lets nothing pass: it is made again', async () => {
	const { cluster, probes, passed, answer } = begin([step('answers', runs, http)]);
	cluster.become(goweb());
	cluster.become(goweb({ running: 4 }));
	await answer(pass);
	expect(passed).toEqual([]);
	cluster.become(goweb());
	expect(probes).toHaveLength(1);
	await answer(pass);
	expect(passed).toEqual(['answers']);
});

test('while somebody looks, an open probe is made every two seconds', async () => {
	const { clock, probes, passed, answer, watch } = begin([step('answers', http)]);
	watch.setWatched(true);
	await answer(refused);
	expect(probes).toHaveLength(0);
	clock.pass(2_000);
	expect(probes).toHaveLength(1);
	await answer(pass);
	expect(passed).toEqual(['answers']);
	clock.pass(10_000);
	expect(probes).toHaveLength(0);
});

test('while nobody looks, a probe is made when the cluster changes and not otherwise', async () => {
	const { cluster, clock, probes, answer } = begin([step('answers', http)]);
	await answer(refused);
	clock.pass(10_000);
	expect(probes).toHaveLength(0);
	cluster.become(goweb());
	expect(probes).toHaveLength(1);
});

test('probes of later steps wait for their turn', async () => {
	const { cluster, probes, passed, answer } = begin([step('scale', runs), step('answers', http)]);
	expect(probes).toHaveLength(0);
	cluster.become(goweb());
	expect(passed).toEqual(['scale']);
	await answer(pass);
	expect(passed).toEqual(['scale', 'answers']);
});

test('the last answer of a probe stays to be seen while the next is under way', async () => {
	const { cluster, answer, watch } = begin([step('answers', http)]);
	await answer(refused);
	cluster.become(goweb());
	expect(watch.results.get('answers')).toEqual({ passes: false, checks: [refused] });
});

test('refresh resolves when probes have answered', async () => {
	const { watch, passed, answer } = begin([step('answers', http)]);
	const refreshed = watch.refresh();
	await answer(pass);
	await refreshed;
	expect(passed).toEqual(['answers']);
});

test('a callback that throws is told, and the watch goes on', () => {
	const { cluster, faults, watch } = begin([step('create', { service: 'goweb' }), step('scale', runs)], {
		onPassed: () => {
			throw new Error('the disk is full');
		},
	});
	cluster.become(goweb({ running: 1 }));
	cluster.become(goweb());
	expect(faults).toEqual([new Error('the disk is full'), new Error('the disk is full')]);
	expect([...watch.passed]).toEqual(['create', 'scale']);
});

test('after its end it listens no more, and a probe under way is called off', async () => {
	const signals: AbortSignal[] = [];
	const { cluster, watch } = begin([step('answers', http)], {
		runProbe: (_, signal) => {
			signals.push(signal);
			return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
		},
	});
	await watch[Symbol.asyncDispose]();
	expect(signals.map((signal) => signal.aborted)).toEqual([true]);
	expect(cluster.listeners.size).toBe(0);
});
