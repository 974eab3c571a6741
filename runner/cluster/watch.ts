// Watch: keeps one sandbox's cluster state current, by the events of its nodes and by looking again.
//
// Container events come from each node's engine; service, node, network, secret and config events from managers. Swarm
// sends no task events at all, so every event is followed by a few more looks, and what is on its way is looked at until it
// has arrived. A look: debounce -> one snapshot -> reduce -> unchanged? stop -> tell the listeners.
import type { ClusterState } from '#contract/cluster.ts';
import type { Clock } from '#runner/clock.ts';
import { unknownState } from './fresh-state.ts';
import { nodeLook } from './node-look.ts';
import { isNoise } from './noise.ts';
import { debounceMostMs, debounceMs, nextLookMs } from './pace.ts';
import { isSettled } from './settled.ts';
import { askManagers, type NodeHandle } from './snapshot.ts';
import { reduce } from './state.ts';

export interface ClusterWatch extends AsyncDisposable {
	/** The newest state; `unknown` until the first look is over. */
	readonly state: ClusterState;
	/** Calls back on each change, with the state before. The function that comes back ends it. */
	onChange(listener: (state: ClusterState, before: ClusterState) => void): () => void;
	/** A state as of now or later: resolves with the result of a look that began after the call. */
	refresh(): Promise<ClusterState>;
	/** Whether somebody looks: a cluster at rest is then looked at every 3 s rather than every 15 s. */
	setWatched(watched: boolean): void;
}

export interface WatchOptions {
	nodes: readonly NodeHandle[];
	clock: Clock;
	/** Told of what should never happen, such as a listener that throws. The watch goes on. */
	onFault: (error: unknown) => void;
}

/** Waits between attempts to follow a node's events again: its engine may be restarting, or gone for good. */
const resubscribeMs = [100, 250, 500, 1_000, 2_000] as const;

/** Watches until disposed. Nodes that hang, stop or come back are news, never errors; it does not close the engines. */
export function watchCluster({ nodes, clock, onFault }: WatchOptions): ClusterWatch {
	const ending = new AbortController();
	const { signal } = ending;
	const listeners = new Set<(state: ClusterState, before: ClusterState) => void>();
	let state = unknownState(nodes);
	let json = JSON.stringify(state);
	let watched = false;
	let quietLooks = 0;
	let waiting: (() => void)[] = [];
	let current: Promise<void> | undefined;
	let isAskedAgain = false;
	let callOff = () => {};
	/** When the first event came that no look has answered yet. */
	let eventAt: number | undefined;

	const looks = nodes.map((node) => nodeLook({ node, clock, signal, onLate: () => hasHappened() }));

	const lookAfter = (ms: number) => {
		callOff();
		callOff = clock.after(ms, lookNow);
	};

	const lookNow = () => {
		callOff();
		if (signal.aborted) return;
		if (current) {
			isAskedAgain = true;
			return;
		}
		current = look().finally(() => {
			current = undefined;
			if (signal.aborted) return;
			if (isAskedAgain || waiting.length > 0) lookNow();
			else if (eventAt !== undefined) lookAfter(debounceMs);
			else lookAfter(nextLookMs({ quietLooks: quietLooks++, settled: isSettled(state), watched }));
		});
	};

	const look = async () => {
		const served = waiting;
		waiting = [];
		isAskedAgain = false;
		eventAt = undefined;
		try {
			const seen = await Promise.all(looks.map((ask) => ask()));
			const views = seen.map(({ view }) => view);
			// A manager that does not even say what it is would only be waited for: it is asked last.
			const prompt = nodes.filter((_, index) => !seen[index]?.isLate);
			const late = nodes.filter((_, index) => seen[index]?.isLate);
			const cluster = await askManagers([...prompt, ...late], views, signal);
			publish(reduce({ nodes: views, cluster }));
		} catch (error) {
			// Snapshots turn every failure of a node into an answer; what is left is a listener that threw, or the end.
			if (!signal.aborted) onFault(error);
		} finally {
			for (const resolve of served) resolve();
		}
	};

	const publish = (next: ClusterState) => {
		const nextJson = JSON.stringify(next);
		if (nextJson === json) return;
		const before = state;
		state = next;
		json = nextJson;
		quietLooks = 0;
		for (const listener of [...listeners]) listener(state, before);
	};

	const hasHappened = () => {
		if (signal.aborted) return;
		quietLooks = 0;
		const now = clock.now();
		eventAt ??= now;
		if (!current) lookAfter(Math.max(0, Math.min(debounceMs, eventAt + debounceMostMs - now)));
	};

	const follow = async ({ engine }: NodeHandle) => {
		let attempts = 0;
		while (!signal.aborted) {
			try {
				// What happened while nobody listened is found by looking once as soon as somebody does.
				const onListening = () => {
					attempts = 0;
					hasHappened();
				};
				for await (const event of engine.events({ signal, onListening })) if (!isNoise(event)) hasHappened();
			} catch {
				// The stream of an engine that stops ends in an error or just ends; both mean: look, and listen again.
			}
			if (signal.aborted) return;
			if (attempts === 0) hasHappened();
			await pause(resubscribeMs[Math.min(attempts++, resubscribeMs.length - 1)] ?? 0, clock, signal);
		}
	};

	const followers = nodes.map(follow);
	lookNow();

	return {
		get state() {
			return state;
		},
		onChange(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		async refresh() {
			if (signal.aborted) return state;
			const done = new Promise<void>((resolve) => waiting.push(resolve));
			lookNow();
			await done;
			return state;
		},
		setWatched(next) {
			const begins = next && !watched;
			watched = next;
			if (begins) hasHappened();
		},
		async [Symbol.asyncDispose]() {
			ending.abort();
			callOff();
			listeners.clear();
			await Promise.allSettled([current, ...followers]);
			for (const resolve of waiting.splice(0)) resolve();
		},
	};
}

/** Resolves after `ms`, or at once when aborted. */
async function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
	await new Promise<void>((resolve) => {
		const end = () => {
			callOff();
			signal.removeEventListener('abort', end);
			resolve();
		};
		const callOff = clock.after(ms, end);
		signal.addEventListener('abort', end);
	});
}
