// Hold frames: the bytes between the runner and `hold --pipe` in a node. The format's home is infra/node/hold.c.
import type { TerminalSize } from './terminal.ts';

const headBytes = 4;
const mostContentBytes = 32 * 1024;

/** What the holder says. Places are byte counts since the shell's start. */
export type HoldFrame =
	/** `replayBytes` of earlier output follow as `replay`, up to place `written`. `shell` is another for another shell. */
	| { type: 'hello'; replayBytes: number; written: number; shell: string }
	| { type: 'output'; bytes: Uint8Array }
	| { type: 'exit'; code: number };

/** Frames for what was typed, in the holder's sizes. */
export function inputFrames(bytes: Uint8Array): Uint8Array[] {
	const frames: Uint8Array[] = [];
	for (let at = 0; at < bytes.length; at += mostContentBytes) {
		frames.push(frame('i', bytes.subarray(at, at + mostContentBytes)));
	}
	return frames;
}

export function sizeFrame({ cols, rows }: TerminalSize): Uint8Array {
	return frame('s', Uint8Array.of(cols >> 8, cols & 0xff, rows >> 8, rows & 0xff));
}

/** Reads frames from chunks that are cut anywhere. Throws a RangeError for what is no frame. */
export function holdFrameReader(onFrame: (frame: HoldFrame) => void): (chunk: Uint8Array) => void {
	let rest: Uint8Array = new Uint8Array(0);
	return (chunk) => {
		let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		for (;;) {
			if (bytes.length < headBytes) break;
			const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
			const content = view.getUint32(0) & 0xffffff;
			if (content > mostContentBytes) throw new RangeError(`a frame of ${content} bytes`);
			if (bytes.length < headBytes + content) break;
			onFrame(read(String.fromCharCode(view.getUint8(0)), bytes.subarray(headBytes, headBytes + content)));
			bytes = bytes.subarray(headBytes + content);
		}
		rest = bytes;
	};
}

function read(kind: string, content: Uint8Array): HoldFrame {
	const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
	switch (kind) {
		case 'h':
			return {
				type: 'hello',
				replayBytes: view.getUint32(0),
				written: Number(view.getBigUint64(4)),
				shell: view.getBigUint64(12).toString(16),
			};
		case 'r':
		case 'o':
			return { type: 'output', bytes: content };
		case 'x':
			return { type: 'exit', code: view.getUint8(0) };
		default:
			throw new RangeError(`a frame of kind "${kind}"`);
	}
}

function frame(kind: string, content: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(headBytes + content.length);
	new DataView(bytes.buffer).setUint32(0, content.length);
	bytes[0] = kind.charCodeAt(0);
	bytes.set(content, headBytes);
	return bytes;
}
