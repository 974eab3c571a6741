// Node look: asks one node what it is, again and again, without ever letting a node that hangs hold up the others.
import type { Clock } from '#runner/clock.ts';
import { askNode, askNodeMostMs, type NodeHandle, type NodeView } from './snapshot.ts';

/** How long a look waits for a node that has always answered. Its last answer stands in until it counts as down. */
const patienceMs = 300;
/** The first time there is no last answer, and the node may only just have started. */
const firstPatienceMs = 1_000;

export interface NodeLookOptions {
	node: NodeHandle;
	clock: Clock;
	/** Ends the questions. */
	signal: AbortSignal;
	/** Called when an answer came after its look had gone on without it. */
	onLate: () => void;
}

/** `isLate`: the view is the one from before, or a guess, because the node has not answered in time. */
export interface NodeSight {
	view: NodeView;
	isLate: boolean;
}

/**
 * A function that gives the node's newest view. One question at a time is under way; a node that did not answer the last
 * one is still asked, but no longer waited for, until it answers again.
 */
export function nodeLook({ node, clock, signal, onLate }: NodeLookOptions): () => Promise<NodeSight> {
	let last: NodeView | undefined;
	let isSlow = false;
	let question: { answer: Promise<NodeView>; askedAt: number; missed: boolean } | undefined;

	const ask = () => {
		const asked = { answer: askNode(node, signal), askedAt: clock.now(), missed: false };
		const settle = (view: NodeView | undefined) => {
			question = undefined;
			if (view === undefined) return;
			const hasTurned = view.answer.reachable !== last?.answer.reachable;
			isSlow = !view.answer.reachable && asked.missed;
			last = view;
			if (asked.missed && (view.answer.reachable || hasTurned)) onLate();
		};
		asked.answer.then(settle, () => settle(undefined));
		return asked;
	};

	return async () => {
		question ??= ask();
		const current = question;
		const patience = last === undefined ? firstPatienceMs : patienceMs;
		const isOverdue = () => clock.now() - current.askedAt >= askNodeMostMs;
		const view = isSlow || isOverdue() ? undefined : await within(current.answer, patience, clock);
		if (view !== undefined) return { view, isLate: false };
		current.missed = true;
		if (last !== undefined && !isOverdue()) return { view: last, isLate: true };
		const { name, address } = node;
		return { view: { name, address, answer: { reachable: false, reason: 'it has not answered yet' } }, isLate: true };
	};
}

/** The value, or `undefined` when it takes longer than `ms`. */
async function within<T>(value: Promise<T>, ms: number, clock: Clock): Promise<T | undefined> {
	let callOff = () => {};
	const timeout = new Promise<undefined>((resolve) => {
		callOff = clock.after(ms, () => resolve(undefined));
	});
	try {
		return await Promise.race([value, timeout]);
	} finally {
		callOff();
	}
}
