// Viewer flow: what one viewer is sent and when it has to wait, apart from every other viewer. Knows no sockets.
import { flow } from '#contract/socket.ts';
import type { ReplayRing } from './replay-ring.ts';

export type Delivery =
	/** A replay begins: so many bytes, which follow as `replayed` output. The viewer empties its screen. */
	{ type: 'replay'; bytes: number } | { type: 'output'; bytes: Uint8Array; replayed: boolean };

export interface ViewerFlow {
	/** The viewer has as much unacknowledged as it may, and waits for acknowledgements. */
	readonly isFull: boolean;
	/** What to send next; `undefined` when there is nothing, or when it must wait. */
	next(): Delivery | undefined;
	/** The same without regard to acknowledgements: for the last words of a shell. */
	rest(): Delivery | undefined;
	/** The viewer has drawn so many bytes. More than it was sent counts as all. */
	acknowledge(bytes: number): void;
}

/**
 * Follows the ring from its replay on.
 *
 * Never more than `flow.highWater` bytes are unacknowledged; once there, nothing is sent until fewer than `flow.lowWater`
 * are. A viewer that waited so long that the ring has lost its place gets a replay, and skips what lies between.
 */
export function createViewerFlow(ring: ReplayRing): ViewerFlow {
	let at: number | undefined;
	let replayEnd = 0;
	let unackedBytes = 0;
	let isFull = false;
	let preamble: Uint8Array = new Uint8Array(0);

	const take = (mostBytes: number): Delivery | undefined => {
		if (at === undefined || at < ring.start) {
			at = ring.replayStart();
			replayEnd = ring.end;
			// What it was sent before is of no more interest, and its acknowledgements may never come.
			unackedBytes = 0;
			preamble = ring.preamble(at);
			return { type: 'replay', bytes: preamble.length + replayEnd - at };
		}
		if (preamble.length > 0) {
			const bytes = preamble;
			preamble = new Uint8Array(0);
			unackedBytes += bytes.length;
			return { type: 'output', bytes, replayed: true };
		}
		const replayed = at < replayEnd;
		const count = Math.min(mostBytes, (replayed ? replayEnd : ring.end) - at);
		if (count <= 0) return undefined;
		const bytes = ring.read(at, count);
		at += count;
		unackedBytes += count;
		return { type: 'output', bytes, replayed };
	};

	return {
		get isFull() {
			return isFull;
		},
		next() {
			if (isFull) return undefined;
			const delivery = take(Math.min(flow.coalesceBytes, flow.highWater - unackedBytes));
			isFull = unackedBytes >= flow.highWater;
			return delivery;
		},
		rest: () => take(flow.coalesceBytes),
		acknowledge(bytes) {
			unackedBytes = Math.max(0, unackedBytes - bytes);
			if (unackedBytes < flow.lowWater) isFull = false;
		},
	};
}
