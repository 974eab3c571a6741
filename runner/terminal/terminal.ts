// Terminal: one shell in one node, for any number of viewers. It outlives this object, in the node's holder (infra/node/hold.c).
//
// Output: holder -> ring -> each viewer at its own pace (viewer-flow.ts). The shell waits only while every viewer is full;
// a viewer that falls behind the ring is given a fresh replay. With no viewer the shell runs on and the ring forgets.
// The viewer that joined, typed or resized last decides on the size, as tmux does with `window-size latest`, and its emulator
// alone answers what programs ask of the terminal: two answers would be typed into the shell as text.
import { LabError } from '#contract/errors.ts';
import type { Clock } from '../clock.ts';
import type { PipeStream } from '../engine/engine.ts';
import { type Coalescer, createCoalescer } from './coalescer.ts';
import { attachHold, type HoldConnection, type HoldHello } from './hold-connection.ts';
import { createReplayRing } from './replay-ring.ts';
import { typedCommand } from './typed-command.ts';
import { createViewerFlow, type Delivery, type ViewerFlow } from './viewer-flow.ts';

export interface TerminalSize {
	cols: number;
	rows: number;
}

export interface ViewerOptions {
	size: TerminalSize;
	/** A replay begins: the screen should be emptied. So many bytes of `replayed` output follow. */
	onReplay(bytes: number): void;
	/** `answerable`: the emulator may answer questions in it. Those in a replay are old, others are another viewer's to answer. */
	onOutput(bytes: Uint8Array, answerable: boolean): void;
	/** The shell or its node has ended, and why, as a sentence. Nothing follows. */
	onClosed(reason: string): void;
}

export interface TerminalViewer {
	input(bytes: Uint8Array): void;
	resize(size: TerminalSize): void;
	/** So many bytes were drawn. */
	acknowledge(bytes: number): void;
	leave(): void;
}

export interface TerminalParts {
	/** `manager1`, for sentences. */
	node: string;
	/** The shell's name in the node: the same name is the same shell. */
	name: string;
	/** Starts a program in the node. */
	open(argv: string[], options: { signal: AbortSignal }): Promise<PipeStream>;
	/** Whether the node's container runs. */
	isRunning(options: { signal: AbortSignal }): Promise<boolean>;
	clock: Clock;
}

/** As much as the holder keeps. */
const ringBytes = 256 * 1024;
/** For commands that are typed while nobody looks. */
const defaultSize: TerminalSize = { cols: 80, rows: 24 };
/** Waits before each attempt to attach again; a node that runs but does not answer for all of them is given up. */
const reattachMs = [0, 100, 250, 500, 1_000, 2_000, 4_000] as const;

/** What a learner types in the seconds of a lost connection, at most. */
const mostTypedAheadBytes = 65_536;

/** How long a new shell may take to its prompt, and how long it is silent after it. */
const promptMs = 3_000;
const quietMs = 40;

interface Viewer {
	options: ViewerOptions;
	size: TerminalSize;
	flow: ViewerFlow;
	/** Order of last use; the highest decides the size and answers. */
	usedAt: number;
}

export class Terminal implements AsyncDisposable {
	readonly #parts: TerminalParts;
	readonly #ring = createReplayRing(ringBytes);
	readonly #viewers = new Set<Viewer>();
	readonly #coalescer: Coalescer;
	readonly #ending = new AbortController();
	#size = defaultSize;
	#uses = 0;
	#attaching: Promise<void> | undefined;
	#connection: HoldConnection | undefined;
	/** Typed while the connection was lost; the shell gets it once it is there again. */
	#typedAhead: Uint8Array[] = [];
	#shell: string | undefined;
	/** The shell was started by this object, and nothing was typed into it by `type` yet. */
	#isNew = false;
	/** Replayed bytes that are still to come, and how many of them the ring has already. */
	#replay = { leftBytes: 0, skipBytes: 0 };
	#replayed = Promise.withResolvers<void>();
	#endedBecause: string | undefined;

	constructor(parts: TerminalParts) {
		this.#parts = parts;
		this.#coalescer = createCoalescer(parts.clock, () => this.#deliver());
	}

	/** Why there is nothing more to see; `undefined` while the shell lives. Make a new terminal then. */
	get endedBecause(): string | undefined {
		return this.#endedBecause;
	}

	/**
	 * Shows the terminal to one more viewer, whose size it takes. Starts the shell if need be. Replay comes first.
	 * Throws `node.unreachable`.
	 */
	async join(options: ViewerOptions): Promise<TerminalViewer> {
		if (this.#connection === undefined) this.#size = options.size;
		await this.#untilAttached();
		const viewer: Viewer = { options, size: options.size, flow: createViewerFlow(this.#ring), usedAt: 0 };
		this.#viewers.add(viewer);
		this.#use(viewer);
		this.#send(viewer);
		this.#balance();
		return {
			input: (bytes) => {
				if (!this.#viewers.has(viewer)) return;
				this.#use(viewer);
				this.#input(bytes);
			},
			resize: (size) => {
				viewer.size = size;
				if (this.#viewers.has(viewer)) this.#use(viewer);
			},
			acknowledge: (bytes) => {
				viewer.flow.acknowledge(bytes);
				if (!this.#viewers.has(viewer)) return;
				this.#send(viewer);
				this.#balance();
			},
			leave: () => {
				if (!this.#viewers.delete(viewer)) return;
				this.#applySize();
				this.#balance();
			},
		};
	}

	/** Types a command into the shell, several lines too; `enter` runs the last one. Throws `node.unreachable`. */
	async type(command: string, enter: boolean): Promise<void> {
		await this.#untilAttached();
		await this.#untilQuiet();
		this.#input(typedCommand(command, enter));
	}

	/** Detaches. The shell lives on, and its viewers are told nothing: they are disposed of by whoever disposes this. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#endedBecause ??= 'The terminal was closed.';
		this.#viewers.clear();
		this.#release();
		await this.#attaching?.catch(() => {});
	}

	/** Resolves when the shell is there, or there again, and its replay has been read. */
	async #untilAttached(): Promise<void> {
		if (this.#endedBecause === undefined) {
			if (this.#attaching === undefined) {
				this.#attaching = this.#attach();
				// A first attachment that fails is the caller's news; there is nobody else to tell.
				this.#attaching.catch(() => {
					this.#attaching = undefined;
				});
			}
			await this.#attaching;
			await this.#replayed.promise;
		}
		if (this.#endedBecause !== undefined) {
			throw new LabError('node.unreachable', { node: this.#parts.node, reason: this.#endedBecause });
		}
	}

	/**
	 * Resolves when a new shell has shown its prompt: it has written something, and then nothing for a moment. What is typed
	 * earlier meets the kernel's line editing, and is echoed twice.
	 */
	async #untilQuiet(): Promise<void> {
		const { clock } = this.#parts;
		const { signal } = this.#ending;
		if (!this.#isNew) return;
		const patience = clock.now() + promptMs;
		for (let seen = -1; clock.now() < patience && !signal.aborted; ) {
			if (this.#ring.end > 0 && this.#ring.end === seen) break;
			seen = this.#ring.end;
			await wait(clock, quietMs, signal);
		}
		this.#isNew = false;
	}

	#input(bytes: Uint8Array): void {
		if (this.#connection) {
			this.#connection.input(bytes);
			return;
		}
		const waiting = this.#typedAhead.reduce((sum, each) => sum + each.length, 0);
		if (waiting + bytes.length <= mostTypedAheadBytes) this.#typedAhead.push(bytes);
	}

	#attach(): Promise<void> {
		const { node, name, open, clock } = this.#parts;
		const parts = { node, name, open, clock, size: this.#size, signal: this.#ending.signal };
		return attachHold(parts, {
			onHello: (hello, connection) => this.#onHello(hello, connection),
			onOutput: (bytes) => this.#onOutput(bytes),
			onExit: (code) => this.#end(code === 0 ? 'The shell has ended.' : `The shell has ended with exit code ${code}.`),
			onDrop: () => {
				this.#connection = undefined;
				this.#attaching = this.#reattach();
			},
		});
	}

	#onHello(hello: HoldHello, connection: HoldConnection): void {
		if (this.#shell !== undefined && this.#shell !== hello.shell) {
			connection.close();
			this.#end(`${this.#parts.node} was restarted, and its shells with it.`);
			return;
		}
		if (this.#shell === undefined) this.#isNew = hello.written === 0;
		this.#shell = hello.shell;
		this.#connection = connection;
		connection.resize(this.#size);
		for (const bytes of this.#typedAhead.splice(0)) connection.input(bytes);
		const replayStart = hello.written - hello.replayBytes;
		// More was written in between than the holder keeps: viewers, whose place is lost, get a fresh replay.
		if (this.#ring.end < replayStart) this.#ring.restart(replayStart);
		this.#replay = { leftBytes: hello.replayBytes, skipBytes: this.#ring.end - replayStart };
		if (hello.replayBytes === 0) this.#replayed.resolve();
		this.#balance();
	}

	#onOutput(bytes: Uint8Array): void {
		const skip = Math.min(bytes.length, this.#replay.skipBytes);
		const news = bytes.subarray(skip);
		this.#ring.append(news);
		const wasReplaying = this.#replay.leftBytes > 0;
		this.#replay = {
			leftBytes: Math.max(0, this.#replay.leftBytes - bytes.length),
			skipBytes: this.#replay.skipBytes - skip,
		};
		if (wasReplaying && this.#replay.leftBytes === 0) this.#replayed.resolve();
		// A replay is shown as a whole: only what comes after it may be answered by an emulator.
		if (news.length > 0 && this.#replay.leftBytes === 0) this.#coalescer.add(news.length);
	}

	#deliver(): void {
		for (const viewer of this.#viewers) this.#send(viewer);
		this.#balance();
	}

	#send(viewer: Viewer): void {
		if (this.#replay.leftBytes > 0) return;
		for (let delivery = viewer.flow.next(); delivery; delivery = viewer.flow.next())
			hand(viewer, delivery, viewer === this.#latest());
	}

	/** The shell waits exactly while there are viewers and all of them are full. */
	#balance(): void {
		const everyoneIsFull = this.#viewers.size > 0 && [...this.#viewers].every(({ flow }) => flow.isFull);
		if (everyoneIsFull) this.#connection?.pause();
		else this.#connection?.resume();
	}

	#use(viewer: Viewer): void {
		viewer.usedAt = ++this.#uses;
		this.#applySize();
	}

	#latest(): Viewer | undefined {
		let latest: Viewer | undefined;
		for (const viewer of this.#viewers) if (!latest || viewer.usedAt > latest.usedAt) latest = viewer;
		return latest;
	}

	#applySize(): void {
		const latest = this.#latest();
		if (!latest || (latest.size.cols === this.#size.cols && latest.size.rows === this.#size.rows)) return;
		this.#size = latest.size;
		this.#connection?.resize(this.#size);
	}

	/** Attaches again for as long as the node runs; otherwise says that it does not. */
	async #reattach(): Promise<void> {
		const { node, isRunning, clock } = this.#parts;
		const { signal } = this.#ending;
		let reason = 'it does not answer';
		for (const ms of reattachMs) {
			await wait(clock, ms, signal);
			if (signal.aborted) return;
			try {
				if (!(await isRunning({ signal }))) {
					this.#end(`${node} has stopped.`);
					return;
				}
				await this.#attach();
				return;
			} catch (error) {
				reason = error instanceof Error ? error.message : String(error);
			}
		}
		this.#end(`The connection to ${node} was lost: ${reason}`);
	}

	#end(reason: string): void {
		if (this.#endedBecause !== undefined) return;
		this.#endedBecause = reason;
		for (const { flow, options } of this.#viewers) {
			for (let delivery = flow.rest(); delivery; delivery = flow.rest()) hand({ options }, delivery, false);
			options.onClosed(reason);
		}
		this.#viewers.clear();
		this.#release();
	}

	#release(): void {
		this.#ending.abort();
		this.#coalescer[Symbol.dispose]();
		this.#connection?.close();
		this.#connection = undefined;
		this.#replayed.resolve();
	}
}

function hand({ options }: Pick<Viewer, 'options'>, delivery: Delivery, answers: boolean): void {
	if (delivery.type === 'replay') options.onReplay(delivery.bytes);
	else options.onOutput(delivery.bytes, answers && !delivery.replayed);
}

/** Resolves after `ms`, or at once when aborted. */
function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			callOff();
			signal.removeEventListener('abort', done);
			resolve();
		};
		const callOff = clock.after(ms, done);
		signal.addEventListener('abort', done);
	});
}
