// Replay: the engine of a node, as a recording has it. It answers what was answered then, and sends the events it is given.

import { type Clock, systemClock } from '#runner/clock.ts';
import type { NodeHandle, Snapshot } from '#runner/cluster/snapshot.ts';
import type { CallOptions, DockerEvent, NodeEngine } from '#runner/engine/engine.ts';

export interface ReplayedNode extends NodeHandle {
	/** How its engine behaves from now on. A question that hangs is answered when it does so no more. */
	behave(mood: 'answers' | 'hangs' | 'is stopped'): void;
	/** What its engine is asked, in order. */
	readonly asked: string[];
	/** Sends an event to whoever listens. */
	emit(event: Partial<DockerEvent>): void;
	/** How many listen. */
	readonly listening: number;
}

export interface Replay {
	nodes: ReplayedNode[];
	/** From now on the nodes answer as in this recording. */
	become(snapshot: Snapshot): void;
	node(name: string): ReplayedNode;
}

const listOf: Record<string, string> = {
	nodes: 'nodes',
	services: 'services',
	tasks: 'tasks',
	networks: 'networks',
	secrets: 'secrets',
	configs: 'configs',
};

/** Nodes that answer as the recording says; what hangs runs into its timeout by this clock. */
export function replay(first: Snapshot, clock: Clock = systemClock): Replay {
	let snapshot = first;
	const nodes = first.nodes.map(({ name, address }) => replayedNode(name, address, () => snapshot, clock));
	return {
		nodes,
		become(next) {
			snapshot = next;
		},
		node(name) {
			const found = nodes.find((node) => node.name === name);
			if (!found) throw new Error(`no node ${name}`);
			return found;
		},
	};
}

function replayedNode(name: string, address: string, current: () => Snapshot, clock: Clock): ReplayedNode {
	let mood: 'answers' | 'hangs' | 'is stopped' = 'answers';
	let awake = Promise.withResolvers<void>();
	const asked: string[] = [];
	const listeners = new Set<{ push: (event: DockerEvent) => void; end: () => void }>();

	const answer = (path: string) => {
		const { nodes, cluster } = current();
		const view = nodes.find((node) => node.name === name);
		if (path === '/info') {
			if (!view?.answer.reachable) throw new Error(view?.answer.reachable === false ? view.answer.reason : 'gone');
			return { ok: true as const, value: view.answer.info };
		}
		if (path === '/version') {
			if (!view?.answer.reachable) throw new Error('gone');
			return { ok: true as const, value: {} };
		}
		const list = listOf[path.replace(/^\/(\w+).*$/, '$1')];
		if (cluster.type === 'lists' && cluster.speaker === name && list) {
			return { ok: true as const, value: cluster.lists[list as keyof typeof cluster.lists] };
		}
		const refusal = cluster.type === 'no-leader' ? cluster.refusals.find((each) => each.node === name) : undefined;
		return {
			ok: false as const,
			refusal: { status: 503, message: refusal?.reason ?? 'This node is not a swarm manager.' },
		};
	};

	const engine: NodeEngine = {
		async get<T>(path: string, options?: CallOptions) {
			asked.push(path);
			if (mood === 'is stopped') throw new Error('container is not running');
			if (mood === 'hangs') {
				const givenUp = Promise.withResolvers<never>();
				options?.signal?.addEventListener('abort', () => givenUp.reject(options.signal?.reason), { once: true });
				const callOff = clock.after(options?.timeoutMs ?? 10_000, () => givenUp.reject(new Error('no answer in time')));
				await Promise.race([awake.promise, givenUp.promise]).finally(callOff);
			}
			// The caller names the type, as it does for a real engine.
			return structuredClone(answer(path)) as { ok: true; value: T };
		},
		post: () => Promise.reject(new Error('nothing is changed here')),
		async *events({ signal, onListening }) {
			if (mood === 'is stopped') throw new Error('container is not running');
			const queue: DockerEvent[] = [];
			let wake = Promise.withResolvers<void>();
			let isOver = false;
			const listener = {
				push(event: DockerEvent) {
					queue.push(event);
					wake.resolve();
				},
				end() {
					isOver = true;
					wake.resolve();
				},
			};
			listeners.add(listener);
			signal.addEventListener('abort', listener.end, { once: true });
			onListening?.();
			try {
				for (;;) {
					yield* queue.splice(0);
					if (isOver) return;
					await wake.promise;
					wake = Promise.withResolvers<void>();
				}
			} finally {
				listeners.delete(listener);
			}
		},
		loadImage: () => Promise.reject(new Error('nothing is changed here')),
		close: async () => {},
	};

	return {
		name,
		address,
		engine,
		asked,
		behave(next) {
			mood = next;
			if (next === 'is stopped') for (const listener of listeners) listener.end();
			if (next === 'answers') {
				awake.resolve();
				awake = Promise.withResolvers<void>();
			}
		},
		emit(event) {
			const whole = { Type: 'service', Action: 'update', Actor: { ID: '', Attributes: {} }, ...event };
			for (const listener of listeners) listener.push(whole);
		},
		get listening() {
			return listeners.size;
		},
	};
}
