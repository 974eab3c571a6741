// Watch steps: evaluates a lesson's steps on each change of the cluster, makes the probes they need, and says which passed.
import type { CheckResult, Probe } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import type { LessonFrontmatter } from '#contract/lesson.ts';
import type { Clock } from '#runner/clock.ts';
import type { ClusterWatch } from '#runner/cluster/watch.ts';
import { advance, beginProgress, openStep, type Progress } from './progress.ts';
import { evaluateStep, probesOf, type StepResult, waitsForProbes } from './steps.ts';

export interface StepsWatch extends AsyncDisposable {
	/** By step ID, in the lesson's order: what each step looks like now. */
	readonly results: ReadonlyMap<string, StepResult>;
	/** Steps that have passed. */
	readonly passed: ReadonlySet<string>;
	/** Whether somebody looks: open probes are then made every 2 s, and not only when the cluster changes. */
	setWatched(watched: boolean): void;
	/** Looks at the cluster, makes the open step's probes, and resolves when both have been evaluated. */
	refresh(): Promise<void>;
}

export interface StepsWatchOptions {
	lesson: Pick<LessonFrontmatter, 'steps' | 'topology'>;
	cluster: Pick<ClusterWatch, 'state' | 'onChange' | 'refresh'>;
	/** Makes one probe; a value in every case, also when the node cannot be asked. */
	runProbe: (probe: Probe, signal: AbortSignal) => Promise<CheckResult>;
	clock: Clock;
	/** Steps that this learner has passed before. */
	passed: Iterable<string>;
	/** See `beginProgress`. */
	isFresh: boolean;
	/** Called once for each step, before `onResults` shows it. */
	onPassed: (stepId: string) => void;
	/** Called when a verdict or an explanation changed. */
	onResults: (results: ReadonlyMap<string, StepResult>) => void;
	/** Told of what should never happen: a callback or a probe that throws. The watch goes on. */
	onFault: (error: unknown) => void;
}

const probeEveryMs = 2_000;

/** Watches until disposed. It does not end the cluster watch it reads from. */
export function watchSteps(options: StepsWatchOptions): StepsWatch {
	const { lesson, cluster, runProbe, clock, onPassed, onResults, onFault } = options;
	const ending = new AbortController();
	let progress: Progress = beginProgress(lesson, options.passed, options.isFresh);
	let results: ReadonlyMap<string, StepResult> = new Map();
	let json = '';
	let watched = false;
	let probing: Promise<void> | undefined;
	let callOff = () => {};
	/** The last results of the open step's probes, and the state they belong to: together with another they prove nothing. */
	let probed: { state: ClusterState; results: Map<Probe, CheckResult> } | undefined;

	const evaluateAll = (state: ClusterState) => {
		const ofThisState = (probe: Probe) => (probed?.state === state ? probed.results.get(probe) : undefined);
		// For the eye, the last answer of a probe is better than none, until the next one is there.
		const last = (probe: Probe) => probed?.results.get(probe);
		const proven = new Map(lesson.steps.map((step) => [step.id, evaluateStep(step, state, ofThisState)]));
		const advanced = advance(lesson, progress, proven);
		progress = advanced.progress;
		results = new Map(lesson.steps.map((step) => [step.id, evaluateStep(step, state, last)]));
		for (const id of advanced.newlyPassed) onPassed(id);
		const nextJson = JSON.stringify([...results]);
		if (nextJson === json && advanced.newlyPassed.length === 0) return;
		json = nextJson;
		onResults(results);
	};

	/** Evaluates the state, and starts the probes that it now comes down to. */
	const hasChanged = (state: ClusterState) => {
		try {
			evaluateAll(state);
		} catch (error) {
			onFault(error);
		}
		probeIfWorthwhile();
	};

	const probeIfWorthwhile = () => {
		if (probing || ending.signal.aborted) return;
		const { state } = cluster;
		const step = openStep(lesson.steps, progress);
		if (step === undefined || !waitsForProbes(step, state)) return;
		callOff();
		probing = makeProbes(probesOf(step), state)
			.catch((error: unknown) => {
				if (!ending.signal.aborted) onFault(error);
			})
			.finally(() => {
				probing = undefined;
				if (ending.signal.aborted) return;
				// The cluster went on meanwhile, or another step is open now: what was found says nothing about it.
				const isStale = cluster.state !== state || openStep(lesson.steps, progress) !== step;
				if (isStale) probeIfWorthwhile();
				else if (watched) callOff = clock.after(probeEveryMs, probeIfWorthwhile);
			});
	};

	const makeProbes = async (probes: Probe[], state: ClusterState) => {
		const made = await Promise.all(probes.map(async (probe) => [probe, await runProbe(probe, ending.signal)] as const));
		if (ending.signal.aborted) return;
		probed = { state, results: new Map(made) };
		evaluateAll(cluster.state);
	};

	const stopListening = cluster.onChange(hasChanged);
	hasChanged(cluster.state);

	return {
		get results() {
			return results;
		},
		get passed() {
			return progress.passed;
		},
		setWatched(next) {
			const begins = next && !watched;
			watched = next;
			if (begins) probeIfWorthwhile();
			if (!next) callOff();
		},
		async refresh() {
			await cluster.refresh();
			await probing;
			probeIfWorthwhile();
			await probing;
		},
		async [Symbol.asyncDispose]() {
			ending.abort();
			stopListening();
			callOff();
			await probing;
		},
	};
}
