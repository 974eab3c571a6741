// Hold connection: one attachment to a shell's holder in a node, from its hello until it is closed or drops.
import { LabError } from '#contract/errors.ts';
import type { Clock } from '../clock.ts';
import type { PipeStream } from '../engine/engine.ts';
import { type HoldFrame, holdFrameReader, inputFrames, sizeFrame } from './hold-frames.ts';
import type { TerminalSize } from './terminal.ts';

/** A node under load takes its time to start a process. */
const helloTimeoutMs = 10_000;
/** A program that does not read what is typed must not fill the runner: what comes above this is dropped. */
const mostQueuedInputBytes = 4 * 1024 * 1024;

export interface HoldConnection {
	input(bytes: Uint8Array): void;
	resize(size: TerminalSize): void;
	/** Stops reading, and with it the shell, once what lies between is full. */
	pause(): void;
	resume(): void;
	/** Detaches; the shell lives on. Nothing is called any more. */
	close(): void;
}

export type HoldHello = Extract<HoldFrame, { type: 'hello' }>;

export interface HoldListener {
	/** The first call. */
	onHello(hello: HoldHello, connection: HoldConnection): void;
	/** Output in order; the replay of the hello comes first. */
	onOutput(bytes: Uint8Array): void;
	onExit(code: number): void;
	/** The connection is gone and nobody said why: the runner's engine, the node, or the holder. */
	onDrop(): void;
}

export interface HoldParts {
	/** What errors call the node. */
	node: string;
	/** The shell's name: `shell-1`. */
	name: string;
	size: TerminalSize;
	/** Starts a program in the node. */
	open(argv: string[], options: { signal: AbortSignal }): Promise<PipeStream>;
	clock: Clock;
	signal: AbortSignal;
}

/** Attaches, and starts the shell if there is none. Resolves once the holder has said hello. Throws `node.unreachable` and whatever `open` throws. */
export async function attachHold(parts: HoldParts, listener: HoldListener): Promise<void> {
	const { node, name, size, clock, signal } = parts;
	const { duplex } = await parts.open(['hold', '--pipe', `${size.cols}x${size.rows}`, name], { signal });
	const greeted = Promise.withResolvers<void>();
	let isOpen = true;
	let isGreeted = false;

	const close = () => {
		isOpen = false;
		callOff();
		signal.removeEventListener('abort', abort);
		duplex.destroy();
	};
	const refuse = (reason: string) => greeted.reject(new LabError('node.unreachable', { node, reason }));
	const callOff = clock.after(helloTimeoutMs, () => {
		close();
		refuse(`its terminal did not answer in ${helloTimeoutMs / 1000} s`);
	});
	const abort = () => {
		close();
		greeted.reject(signal.reason);
	};
	signal.addEventListener('abort', abort);

	const write = (bytes: Uint8Array) => {
		if (isOpen && duplex.writableLength < mostQueuedInputBytes) duplex.write(bytes);
	};
	const connection: HoldConnection = {
		input: (bytes) => inputFrames(bytes).forEach(write),
		resize: (next) => write(sizeFrame(next)),
		pause: () => duplex.pause(),
		resume: () => duplex.resume(),
		close,
	};
	const handle = (frame: HoldFrame) => {
		if (!isOpen) return;
		switch (frame.type) {
			case 'hello':
				callOff();
				signal.removeEventListener('abort', abort);
				isGreeted = true;
				listener.onHello(frame, connection);
				greeted.resolve();
				return;
			case 'output':
				listener.onOutput(frame.bytes);
				return;
			case 'exit':
				close();
				listener.onExit(frame.code);
		}
	};
	const drop = () => {
		if (!isOpen) return;
		close();
		if (isGreeted) listener.onDrop();
		else refuse('its terminal closed at once');
	};

	const read = holdFrameReader(handle);
	duplex.on('data', (chunk: Buffer) => {
		try {
			read(chunk);
		} catch (error) {
			duplex.destroy(error as Error);
		}
	});
	duplex.on('error', drop);
	duplex.once('end', drop);
	duplex.once('close', drop);
	if (signal.aborted) abort();
	return greeted.promise;
}
