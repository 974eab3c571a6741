// A runner at the end of a piece of string: sockets and answers that a test hands out itself.

import type { Sandbox } from '#contract/sandbox.ts';
import type { ClientFrame, ServerFrame } from '#contract/socket.ts';
import type { Fetch } from '#site/model/api-client.ts';
import type { OpenSocket, SocketEvents } from '#site/model/connection.ts';

export interface StringSocket {
	path: string;
	/** What the page sent as text, parsed. */
	frames: ClientFrame[];
	/** What the page sent as bytes. */
	bytes: Uint8Array[];
	closed: boolean;
	accept(): void;
	say(frame: ServerFrame): void;
	write(kind: number, channel: number, text: string): void;
	drop(): void;
}

/** Sockets in the order in which the page opened them. */
export function stringSockets(): { open: OpenSocket; sockets: StringSocket[] } {
	const sockets: StringSocket[] = [];
	const open: OpenSocket = (path, events: SocketEvents) => {
		const socket: StringSocket = {
			path,
			frames: [],
			bytes: [],
			closed: false,
			accept: () => events.open(),
			say: (frame) => events.text(JSON.stringify(frame)),
			write: (kind, channel, text) => events.bytes(Uint8Array.from([kind, channel, ...new TextEncoder().encode(text)])),
			drop: () => events.close(),
		};
		sockets.push(socket);
		return {
			send: (data) => {
				if (typeof data === 'string') socket.frames.push(JSON.parse(data));
				else socket.bytes.push(data);
			},
			close: () => {
				socket.closed = true;
			},
		};
	};
	return { open, sockets };
}

export type Reply = { status: number; body: unknown } | 'network error' | 'a web page';

/** Answers by `METHOD /path`; a list is used up one by one and its last one stays. Unknown paths are web pages, as on a static host. */
export function answers(table: Record<string, Reply | Reply[]>): { fetch: Fetch; asked: string[] } {
	const asked: string[] = [];
	const fetch: Fetch = async (url, { method, body }) => {
		const key = `${method} ${url.split('?')[0]}`;
		asked.push(`${method} ${url}${body ? ` ${body}` : ''}`);
		const found = table[key];
		const reply = Array.isArray(found) ? (found.length > 1 ? found.shift() : found[0]) : found;
		if (reply === 'network error') throw new TypeError('fetch failed');
		if (reply === undefined || reply === 'a web page') return { status: 404, text: async () => '<!doctype html>' };
		return { status: reply.status, text: async () => JSON.stringify(reply.body) };
	};
	return { fetch, asked };
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const refused = (status: number, code: string, message = `the runner says ${code}`): Reply => ({
	status,
	body: { error: { code, message, retry: status >= 500 } },
});

export function sandbox(more: Partial<Sandbox> = {}): Sandbox {
	return {
		id: 'sea',
		lesson: 'day-01/01-form-a-swarm',
		topology: { managers: 1, workers: 2, swarm: 'unformed' },
		state: 'ready',
		stages: [],
		nodes: [],
		createdAt: '2026-01-01T00:00:00.000Z',
		leaseEndsAt: '2026-01-01T01:00:00.000Z',
		...more,
	};
}
