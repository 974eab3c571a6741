// Terminals: which node's shell is shown on which channel, with flow control and replay.
import { type ClientFrame, flow, frameKind } from '#contract/socket.ts';
import { type Clock, within } from './clock.ts';
import type { Problem } from './problem.ts';
import { type Signal, signal, type WritableSignal } from './signal.ts';

export interface Size {
	cols: number;
	rows: number;
}

/** What draws a terminal; the emulator behind it is not the model's business. */
export interface Screen {
	/** Calls `done` once the bytes have been drawn. */
	write(bytes: Uint8Array, done: () => void): void;
	/** Empties screen and scrollback. */
	reset(): void;
	size(): Size;
}

export type TerminalState =
	/** Nobody has looked at it yet. */
	| { type: 'unopened' }
	| { type: 'opening' }
	| { type: 'open' }
	/** The connection dropped; the shell lives on. */
	| { type: 'lost' }
	| { type: 'ended'; reason: string }
	/** There is no shell to be had. */
	| { type: 'refused'; message: string };

interface Terminal {
	node: string;
	channel: number;
	state: WritableSignal<TerminalState>;
	screen: Screen | undefined;
	size: Size | undefined;
	written: boolean;
	/** Bytes drawn and not yet acknowledged. */
	unacked: number;
	/** How often in a row the runner has asked to try later. */
	refusals: number;
	/** Quiet frames being drawn now. An escape sequence that the emulator sends meanwhile is an answer that nobody waits for. */
	quiet: number;
}

export interface Terminals {
	state(node: string): Signal<TerminalState>;
	/** Shows the node's shell on `screen`. */
	show(node: string, screen: Screen): void;
	/** What the learner typed, or the emulator answered. Dropped while there is no shell to hear it. */
	input(node: string, bytes: Uint8Array): void;
	resize(node: string, size: Size): void;
	/** The learner turns to this page's view of the shell: of all views its size counts, and its emulator answers. */
	turnTo(node: string): void;
	/** Starts a new shell where one has ended, or tries again where there was none. */
	reopen(node: string): void;
	/** Resolves true when the shell is there, false after `ms`. */
	whenOpen(node: string, ms: number): Promise<boolean>;
	connected(): void;
	disconnected(): void;
	opened(channel: number): void;
	ended(channel: number, reason: string): void;
	/** The runner cannot show the terminal. Tried again by itself, for some seconds, when that may help. */
	refused(channel: number, problem: Problem): void;
	bytes(frame: { kind: number; channel: number; bytes: Uint8Array }): void;
}

export interface TerminalsOptions {
	nodes: readonly string[];
	clock: Clock;
	/** False when there is no connection. */
	send: (frame: ClientFrame) => boolean;
	sendInput: (channel: number, bytes: Uint8Array) => boolean;
}

const escapeByte = 0x1b;
/** A node that restarts is back within these. */
const retryRefusedMs = 1000;
const mostRefusals = 10;

/** Over: only the learner can want another one. */
function isOver({ state }: Terminal): boolean {
	return state.value.type === 'ended' || state.value.type === 'refused';
}

export function createTerminals({ nodes, clock, send, sendInput }: TerminalsOptions): Terminals {
	const terminals = nodes.map(
		(node, channel): Terminal => ({
			node,
			channel,
			state: signal<TerminalState>({ type: 'unopened' }),
			screen: undefined,
			size: undefined,
			written: false,
			unacked: 0,
			refusals: 0,
			quiet: 0,
		}),
	);

	function find(node: string): Terminal {
		const found = terminals.find((terminal) => terminal.node === node);
		if (!found) throw new RangeError(`no terminal for ${node}`);
		return found;
	}

	function open(terminal: Terminal) {
		if (!terminal.screen) return;
		terminal.size = terminal.screen.size();
		const { node, channel, size } = terminal;
		terminal.state.set(send({ type: 'open', channel, node, ...size }) ? { type: 'opening' } : { type: 'lost' });
	}

	function acknowledge(terminal: Terminal, bytes: number) {
		terminal.unacked += bytes;
		if (terminal.unacked < flow.ackEvery) return;
		send({ type: 'ack', channel: terminal.channel, bytes: terminal.unacked });
		terminal.unacked = 0;
	}

	return {
		state: (node) => find(node).state,
		show(node, screen) {
			const terminal = find(node);
			terminal.screen = screen;
			open(terminal);
		},
		input(node, bytes) {
			const terminal = find(node);
			const { type } = terminal.state.value;
			// While the shell is being opened, typing ahead is kept in order by the runner.
			if (type !== 'open' && type !== 'opening') return;
			if (terminal.quiet > 0 && bytes[0] === escapeByte) return;
			sendInput(terminal.channel, bytes);
		},
		resize(node, size) {
			const terminal = find(node);
			if (terminal.size?.cols === size.cols && terminal.size.rows === size.rows) return;
			terminal.size = size;
			const { type } = terminal.state.value;
			if (type === 'open' || type === 'opening') send({ type: 'resize', channel: terminal.channel, ...size });
		},
		turnTo(node) {
			const { state, channel, size } = find(node);
			if (state.value.type === 'open' && size) send({ type: 'resize', channel, ...size });
		},
		reopen(node) {
			const terminal = find(node);
			if (isOver(terminal)) open(terminal);
		},
		async whenOpen(node, ms) {
			const { state } = find(node);
			const { promise, resolve } = Promise.withResolvers<boolean>();
			const stop = state.subscribe((value) => {
				if (value.type === 'open') resolve(true);
			});
			return within(clock, ms, promise, false).finally(stop);
		},
		connected() {
			for (const terminal of terminals) if (!isOver(terminal)) open(terminal);
		},
		disconnected() {
			for (const terminal of terminals) {
				if (terminal.screen && !isOver(terminal)) terminal.state.set({ type: 'lost' });
			}
		},
		opened(channel) {
			const terminal = terminals[channel];
			if (!terminal?.screen) return;
			// The runner replays the shell's recent output to every newcomer, so what is drawn already would be there twice.
			if (terminal.written) terminal.screen.reset();
			terminal.written = false;
			terminal.unacked = 0;
			terminal.refusals = 0;
			terminal.quiet = 0;
			terminal.state.set({ type: 'open' });
		},
		refused(channel, { message, retry }) {
			const terminal = terminals[channel];
			if (!terminal) return;
			if (!retry || terminal.refusals++ >= mostRefusals) {
				terminal.refusals = 0;
				return terminal.state.set({ type: 'refused', message });
			}
			terminal.state.set({ type: 'lost' });
			clock.after(retryRefusedMs, () => {
				if (terminal.state.value.type === 'lost') open(terminal);
			});
		},
		ended(channel, reason) {
			terminals[channel]?.state.set({ type: 'ended', reason });
		},
		bytes({ kind, channel, bytes }) {
			const terminal = terminals[channel];
			if (!terminal?.screen || terminal.state.value.type !== 'open') return;
			terminal.written = true;
			const quiet = kind === frameKind.quiet;
			if (quiet) terminal.quiet++;
			terminal.screen.write(bytes, () => {
				if (quiet) terminal.quiet = Math.max(0, terminal.quiet - 1);
				acknowledge(terminal, bytes.length);
			});
		},
	};
}
