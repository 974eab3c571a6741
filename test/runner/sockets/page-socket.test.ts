// The page socket against pages that do what no page of ours does, over real connections.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type WebSocket as Connection, WebSocket, WebSocketServer } from 'ws';
import { LabError } from '#contract/errors.ts';
import type { Sandbox } from '#contract/sandbox.ts';
import { encodeBytes, frameKind } from '#contract/socket.ts';
import type { LiveSandbox } from '#runner/sandbox/live.ts';
import { type PageSocketParts, servePage } from '#runner/sockets/page-socket.ts';
import type { ViewerOptions } from '#runner/terminal/terminal.ts';

const open = JSON.stringify({ type: 'open', channel: 1, node: 'manager1', cols: 80, rows: 24 });
const servers: WebSocketServer[] = [];

afterEach(() => {
	for (const server of servers.splice(0)) {
		for (const client of server.clients) client.terminate();
		server.close();
	}
});

/** A page that is connected to a socket with these parts. */
async function connect(
	parts: Partial<PageSocketParts>,
): Promise<{ page: WebSocket; served: Connection; heard: string[] }> {
	const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
	servers.push(server);
	await once(server, 'listening');
	const page = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
	const heard: string[] = [];
	page.on('message', (data, isBinary) => isBinary || heard.push(String(data)));
	const [served] = (await once(server, 'connection')) as [Connection];
	servePage(served, {
		followSandbox: () => () => {},
		live: () => undefined,
		onUse: () => {},
		toLabError: (error) => (error instanceof LabError ? error : new LabError('internal', { reference: 'test' })),
		...parts,
	});
	if (page.readyState !== WebSocket.OPEN) await once(page, 'open');
	return { page, served, heard };
}

/** A sandbox with a terminal that hands its viewer to `onJoin`. */
function liveWith(onJoin: (options: ViewerOptions) => void | Promise<void>): LiveSandbox {
	const join = async (options: ViewerOptions) => {
		await onJoin(options);
		return { input: () => {}, resize: () => {}, acknowledge: () => {}, leave: () => {} };
	};
	// Only what the socket asks of a sandbox when a terminal is opened.
	return {
		cluster: { state: {}, onChange: () => () => {} },
		steps: [],
		onSteps: () => () => {},
		troubles: [],
		onTroubles: () => () => {},
		look: () => () => {},
		terminals: { open: async () => ({ join, type: async () => {} }) },
	} as unknown as LiveSandbox;
}

test('what is typed after the sandbox has ended is answered with a sentence; the runner lives on', async () => {
	const gone = () => {
		throw new LabError('sandbox.not-found');
	};
	const { page, heard } = await connect({ onUse: gone, live: gone });
	page.send(encodeBytes(frameKind.input, 1, Buffer.from('ls\r')));
	page.send(open);
	page.send('{"type":"ping"}');
	await expect.poll(() => heard.at(-1)).toBe('{"type":"pong"}');
	expect(heard.map((text) => JSON.parse(text).error?.code)).toEqual([
		'sandbox.not-found',
		'sandbox.not-found',
		undefined,
	]);
});

test('what is no frame is answered, and does no harm', async () => {
	const { page, heard } = await connect({});
	const wrong = ['', 'x', '[]', 'null', '{"type":"open"}', '{"__proto__":{"type":"ping"}}', `{"type":"ping","x":1}`];
	for (const text of wrong) page.send(text);
	page.send(Buffer.alloc(0));
	page.send(Buffer.of(1, 9, 65));
	page.send('{"type":"ping"}');
	await expect.poll(() => heard.at(-1)).toBe('{"type":"pong"}');
	expect(heard.map((text) => JSON.parse(text).error?.code)).toEqual([...wrong.map(() => 'request.invalid'), undefined]);
	expect(({} as { type?: string }).type).toBeUndefined();
});

test('a page that does not read is cut off before it fills the runner', async () => {
	let viewer: ViewerOptions | undefined;
	const live = liveWith((options) => {
		viewer = options;
	});
	const { page, served } = await connect({ live: () => live });
	page.send(open);
	await expect.poll(() => viewer).toBeDefined();
	page.pause();
	const closed = once(served, 'close');
	const bytes = new Uint8Array(65_536);
	for (let sent = 0; sent < 1024 && served.readyState === WebSocket.OPEN; sent++) viewer?.onOutput(bytes, false);
	await closed;
	expect(served.bufferedAmount).toBeLessThan(16 * 1024 * 1024);
});

test('a page that sends faster than it is served is not read any further, and nothing of it is lost', async () => {
	const release = Promise.withResolvers<void>();
	let joins = 0;
	const live = liveWith(() => {
		joins += 1;
		return release.promise;
	});
	const { page, served, heard } = await connect({
		live: () => live,
		followSandbox: (listener) => {
			listener({} as Sandbox);
			return () => {};
		},
	});
	for (let count = 0; count < 200; count++) page.send(open);
	page.send('{"type":"ping"}');
	await expect.poll(() => served.isPaused).toBe(true);
	await expect.poll(() => joins).toBe(1);
	release.resolve();
	await expect.poll(() => heard.at(-1)).toBe('{"type":"pong"}');
	expect(joins).toBe(200);
	expect(served.isPaused).toBe(false);
});
