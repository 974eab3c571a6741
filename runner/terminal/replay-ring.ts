// Replay ring: the last bytes of a shell's output, by their place since the shell's start. One ring serves all viewers.
import { createTerminalModes } from './terminal-modes.ts';

const newlineByte = 0x0a;
const escapeByte = 0x1b;
/** How far a replay looks for a good place to start. */
const searchBytes = 65_536;

export interface ReplayRing {
	/** Place of the oldest byte that is still there. */
	readonly start: number;
	/** Place after the newest byte. */
	readonly end: number;
	append(bytes: Uint8Array): void;
	/** A copy of up to `most` bytes from the place on; `at` lies between `start` and `end`. */
	read(at: number, most: number): Uint8Array;
	/** Where a replay starts: at the beginning, or once that is lost, at the start of a line or of an escape sequence. */
	replayStart(): number;
	/** What to draw before a replay from this place: the terminal's modes there. */
	preamble(at: number): Uint8Array;
	/** Forgets everything; the next byte has this place. */
	restart(at: number): void;
}

/** A ring of so many bytes. Memory is taken once, when the first output comes. */
export function createReplayRing(capacityBytes: number): ReplayRing {
	let bytes = new Uint8Array(0);
	let oldest = 0;
	let end = 0;
	/** Where the ring's first byte came from: bytes before it were never in it, or were pushed out. */
	let isCut = false;
	let modes = createTerminalModes();

	const find = (byte: number): number | undefined => {
		const last = Math.min(end, oldest + searchBytes);
		for (let at = oldest; at < last; at++) if (bytes[at % capacityBytes] === byte) return at;
		return undefined;
	};

	return {
		get start() {
			return oldest;
		},
		get end() {
			return end;
		},
		append(added) {
			if (bytes.length === 0) bytes = new Uint8Array(capacityBytes);
			const kept = added.subarray(Math.max(0, added.length - capacityBytes));
			const from = end + added.length - kept.length;
			const until = Math.min(kept.length, capacityBytes - (from % capacityBytes));
			bytes.set(kept.subarray(0, until), from % capacityBytes);
			bytes.set(kept.subarray(until), 0);
			modes.read(added, end);
			end += added.length;
			if (end - oldest > capacityBytes) {
				oldest = end - capacityBytes;
				isCut = true;
				modes.forget(oldest);
			}
		},
		read(at, most) {
			const count = Math.min(most, end - at);
			const result = new Uint8Array(count);
			const until = Math.min(count, capacityBytes - (at % capacityBytes));
			result.set(bytes.subarray(at % capacityBytes, (at % capacityBytes) + until));
			result.set(bytes.subarray(0, count - until), until);
			return result;
		},
		replayStart() {
			if (!isCut) return oldest;
			const line = find(newlineByte);
			return line === undefined ? (find(escapeByte) ?? oldest) : line + 1;
		},
		preamble: (at) => modes.sequenceAt(at),
		restart(at) {
			oldest = at;
			end = at;
			isCut = false;
			modes = createTerminalModes();
		},
	};
}
