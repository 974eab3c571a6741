// Connection: the page's one WebSocket to its sandbox, opened again whenever it drops.
import {
	type ClientFrame,
	decodeBytes,
	encodeBytes,
	frameKind,
	type ServerFrame,
	serverFrameSchema,
} from '#contract/socket.ts';
import type { Clock } from './clock.ts';
import { type Signal, signal } from './signal.ts';

export interface Socket {
	send(data: string | Uint8Array<ArrayBuffer>): void;
	close(): void;
}
export interface SocketEvents {
	open(): void;
	text(data: string): void;
	bytes(data: Uint8Array): void;
	close(): void;
}
export type OpenSocket = (path: string, events: SocketEvents) => Socket;

export type ConnectionState =
	| { type: 'connecting' }
	| { type: 'open' }
	/** Dropped; the next attempt is at `retryAt` (milliseconds since 1970). */
	| { type: 'waiting'; retryAt: number }
	| { type: 'closed' };

export interface Connection {
	readonly state: Signal<ConnectionState>;
	/** False when the connection is down and the frame was dropped. */
	send(frame: ClientFrame): boolean;
	sendInput(channel: number, bytes: Uint8Array): boolean;
	/** Does not wait any longer for the next attempt: the network is back, or the learner asks. */
	retryNow(): void;
	close(): void;
}

export interface ConnectionOptions {
	path: string;
	openSocket: OpenSocket;
	clock: Clock;
	/** 0 to 1; spreads the attempts of a whole class. */
	random: () => number;
	onFrame: (frame: ServerFrame) => void;
	onBytes: (bytes: { kind: number; channel: number; bytes: Uint8Array }) => void;
	/** Asked after each drop: false when there is nothing left to connect to. */
	stillThere: () => Promise<boolean>;
}

const firstRetryMs = 250;
const longestRetryMs = 10_000;
/** A connection that has been silent this long is asked for a sign of life, ... */
const pingAfterMs = 20_000;
/** ... and given up when none comes within this. */
const pongWithinMs = 8_000;

/** How long to wait before attempt number `attempt` (0 is the first after a drop), in milliseconds. */
export function retryDelayMs(attempt: number, random: number): number {
	const full = Math.min(longestRetryMs, firstRetryMs * 2 ** attempt);
	return full / 2 + (full / 2) * random;
}

export function createConnection(options: ConnectionOptions): Connection {
	const { clock } = options;
	const state = signal<ConnectionState>({ type: 'connecting' });
	let socket: Socket | undefined;
	let attempt = 0;
	/** Events of a socket that was given up carry an older number and are ignored. */
	let generation = 0;
	let cancelTimer = () => {};

	function connect() {
		const mine = ++generation;
		const current = () => mine === generation;
		cancelTimer();
		state.set({ type: 'connecting' });
		socket = options.openSocket(options.path, {
			open() {
				if (!current()) return;
				attempt = 0;
				listenForSilence(mine);
				state.set({ type: 'open' });
			},
			text(data) {
				if (!current()) return;
				listenForSilence(mine);
				const frame = serverFrameSchema.safeParse(parseJson(data));
				// A newer runner may say things this page does not know; they are not for it.
				if (frame.success) options.onFrame(frame.data);
			},
			bytes(data) {
				if (!current()) return;
				listenForSilence(mine);
				const frame = decodeBytes(data);
				if (frame) options.onBytes(frame);
			},
			close() {
				if (current()) dropped();
			},
		});
	}

	function listenForSilence(mine: number) {
		cancelTimer();
		cancelTimer = clock.after(pingAfterMs, () => {
			send({ type: 'ping' });
			cancelTimer = clock.after(pongWithinMs, () => {
				if (mine === generation) dropped();
			});
		});
	}

	function dropped() {
		const mine = ++generation;
		socket?.close();
		socket = undefined;
		cancelTimer();
		const delay = retryDelayMs(attempt++, options.random());
		state.set({ type: 'waiting', retryAt: clock.now() + delay });
		cancelTimer = clock.after(delay, () => void tryAgain(mine));
	}

	async function tryAgain(mine: number) {
		const there = await options.stillThere();
		if (mine !== generation) return;
		if (there) connect();
		else close();
	}

	function send(frame: ClientFrame): boolean {
		if (!socket || state.value.type !== 'open') return false;
		socket.send(JSON.stringify(frame));
		return true;
	}

	function close() {
		generation++;
		cancelTimer();
		socket?.close();
		socket = undefined;
		state.set({ type: 'closed' });
	}

	connect();
	return {
		state,
		send,
		sendInput(channel, bytes) {
			if (!socket || state.value.type !== 'open') return false;
			socket.send(encodeBytes(frameKind.input, channel, bytes));
			return true;
		},
		retryNow() {
			if (state.value.type !== 'waiting') return;
			cancelTimer();
			void tryAgain(generation);
		},
		close,
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
