// Live sandbox: everything that runs for a sandbox while it is ready. Made when it becomes ready, disposed when it ends.
import type { Lesson } from '#contract/lesson.ts';
import type { StepProgress, Trouble } from '#contract/sandbox.ts';
import { runProbe } from '../checks/probe.ts';
import { type StepsWatch, watchSteps } from '../checks/watch-steps.ts';
import type { Clock } from '../clock.ts';
import { askJoinTokens } from '../cluster/join-tokens.ts';
import { type ClusterWatch, watchCluster } from '../cluster/watch.ts';
import type { Engine } from '../engine/engine.ts';
import { fillCommand } from '../lessons/values.ts';
import { type Mesh, startMesh } from '../mesh/mesh.ts';
import type { ProgressRows } from '../store/store.ts';
import { createTerminals, type Terminals } from '../terminal/terminals.ts';
import type { SandboxNode } from './cluster-access.ts';

export interface LiveSandbox extends AsyncDisposable {
	readonly terminals: Terminals;
	readonly cluster: ClusterWatch;
	readonly mesh: Mesh;
	/** The steps of its lesson, in order; empty without a lesson. */
	readonly steps: StepProgress[];
	/** Calls back after each change of `steps`. The function that comes back ends it. */
	onSteps(listener: (steps: StepProgress[]) => void): () => void;
	/** Looks at everything anew; resolves when `steps` speak of a moment after the call. */
	refresh(): Promise<void>;
	/** What is wrong with nodes and lasts. */
	readonly troubles: Trouble[];
	/** Calls back after each change of `troubles`. The function that comes back ends it. */
	onTroubles(listener: (troubles: Trouble[]) => void): () => void;
	/** Somebody looks, until the function that comes back is called. */
	look(): () => void;
	/** Fills `{{swarm.workerToken}}` and the like. Throws `value.unknown`, `value.not-yet`. */
	fill(text: string): Promise<string>;
}

export interface LiveSandboxParts {
	engine: Engine;
	nodes: readonly SandboxNode[];
	learner: string;
	lesson: Lesson | undefined;
	/** Nobody can have touched the sandbox yet; false when it is taken over from a runner that died. */
	isFresh: boolean;
	progress: ProgressRows;
	clock: Clock;
	/** Told of what should never happen. */
	onFault(error: unknown): void;
}

/** Starts what a ready sandbox needs. Throws only when the store cannot be read. */
export async function goLive(parts: LiveSandboxParts): Promise<LiveSandbox> {
	const { engine, nodes, learner, lesson, isFresh, progress, clock, onFault } = parts;
	const before = lesson ? await progress.list(learner, lesson.id) : [];
	const passedAt = new Map(before.map((row) => [row.step, row.passedAt]));
	const containerOf = (name: string) => nodes.find((node) => node.name === name)?.containerId;
	const listeners = new Set<(steps: StepProgress[]) => void>();
	const ending = new AbortController();
	let steps: StepProgress[] = [];
	let looking = 0;

	const troubleListeners = new Set<(troubles: Trouble[]) => void>();
	const mesh = startMesh({
		nodes: [...nodes],
		engine,
		onTroubles(troubles) {
			for (const listener of troubleListeners) listener(troubles);
		},
	});
	const cluster = watchCluster({ nodes, clock, onFault });
	const terminals = createTerminals(nodes, clock);

	const show = (results: StepsWatch['results']) => {
		steps = (lesson?.steps ?? []).map(({ id }) => ({
			id,
			...(passedAt.has(id) ? { passedAt: passedAt.get(id) } : {}),
			checks: [...(results.get(id)?.checks ?? [])],
		}));
		for (const listener of listeners) listener(steps);
	};
	const stepsWatch =
		lesson &&
		watchSteps({
			lesson,
			cluster,
			clock,
			isFresh,
			onFault,
			passed: passedAt.keys(),
			runProbe: (probe, signal) => runProbe(probe, { engine, containerOf }, signal),
			onResults: show,
			onPassed(step) {
				const at = new Date(clock.now()).toISOString();
				passedAt.set(step, at);
				progress.pass({ learner, lesson: lesson.id, step, passedAt: at }).catch(onFault);
			},
		});

	const setWatched = (watched: boolean) => {
		cluster.setWatched(watched);
		stepsWatch?.setWatched(watched);
	};

	return {
		terminals,
		cluster,
		mesh,
		get steps() {
			return steps;
		},
		onSteps(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		get troubles() {
			return mesh.troubles();
		},
		onTroubles(listener) {
			troubleListeners.add(listener);
			return () => troubleListeners.delete(listener);
		},
		refresh: async () => {
			await (stepsWatch ?? cluster).refresh();
		},
		look() {
			looking += 1;
			if (looking === 1) setWatched(true);
			let isLooking = true;
			return () => {
				if (!isLooking) return;
				isLooking = false;
				looking -= 1;
				if (looking === 0) setWatched(false);
			};
		},
		fill: (text) => fillCommand(text, nodes, () => askJoinTokens(nodes, ending.signal)),
		async [Symbol.asyncDispose]() {
			ending.abort();
			listeners.clear();
			troubleListeners.clear();
			await stepsWatch?.[Symbol.asyncDispose]();
			await Promise.allSettled([
				cluster[Symbol.asyncDispose](),
				mesh[Symbol.asyncDispose](),
				terminals[Symbol.asyncDispose](),
			]);
		},
	};
}
