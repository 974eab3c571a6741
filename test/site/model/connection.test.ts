import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createConnection, retryDelayMs } from '#site/model/connection.ts';
import { stringSockets } from '../fake-runner.ts';
import { handClock } from '../hand-clock.ts';

function connect(stillThere = async () => true) {
	const clock = handClock();
	const { open, sockets } = stringSockets();
	const frames: unknown[] = [];
	const bytes: unknown[] = [];
	const states: string[] = [];
	const connection = createConnection({
		path: '/api/sandboxes/sea/socket',
		openSocket: open,
		clock,
		random: () => 1,
		onFrame: (frame) => frames.push(frame),
		onBytes: (frame) => bytes.push(frame),
		stillThere,
	});
	connection.state.subscribe((state) => states.push(state.type));
	const socket = (at: number) => sockets.at(at) as NonNullable<(typeof sockets)[number]>;
	return { clock, connection, sockets, socket, frames, bytes, states };
}

describe('a connection', () => {
	test('opens the path and hands on frames and bytes', () => {
		const { socket, frames, bytes, states } = connect();
		expect(socket(0).path).toBe('/api/sandboxes/sea/socket');
		socket(0).accept();
		socket(0).say({ type: 'closed', channel: 1, reason: 'exit' });
		socket(0).write(0, 3, 'hi');
		expect(states).toEqual(['connecting', 'open']);
		expect(frames).toEqual([{ type: 'closed', channel: 1, reason: 'exit' }]);
		expect(bytes).toEqual([{ kind: 0, channel: 3, bytes: new TextEncoder().encode('hi') }]);
	});

	test('ignores frames it does not know, from a newer runner', () => {
		const { socket, frames } = connect();
		socket(0).accept();
		socket(0).say({ type: 'applause' } as never);
		expect(frames).toEqual([]);
	});

	test('sends only while it is open', () => {
		const { connection, socket } = connect();
		expect(connection.send({ type: 'ping' })).toBe(false);
		socket(0).accept();
		expect(connection.send({ type: 'close', channel: 2 })).toBe(true);
		expect(connection.sendInput(2, Uint8Array.of(13))).toBe(true);
		expect(socket(0).frames).toEqual([{ type: 'close', channel: 2 }]);
		expect(socket(0).bytes).toEqual([Uint8Array.of(1, 2, 13)]);
	});

	test('comes back by itself, later each time, and starts over after a success', async () => {
		const { clock, socket, sockets, connection } = connect();
		socket(0).accept();
		socket(0).drop();
		expect(connection.state.value).toEqual({ type: 'waiting', retryAt: 250 });
		await clock.turn(250);
		socket(1).drop();
		expect(connection.state.value).toEqual({ type: 'waiting', retryAt: 250 + 500 });
		await clock.turn(500);
		socket(2).accept();
		socket(2).drop();
		expect(connection.state.value).toEqual({ type: 'waiting', retryAt: 750 + 250 });
		expect(sockets).toHaveLength(3);
	});

	test('can be hurried', async () => {
		const { clock, socket, sockets, connection } = connect();
		socket(0).drop();
		connection.retryNow();
		await clock.turn(0);
		expect(sockets).toHaveLength(2);
	});

	test('stops when there is nothing left to connect to', async () => {
		const { clock, socket, sockets, states } = connect(async () => false);
		socket(0).accept();
		socket(0).drop();
		await clock.turn(60_000);
		expect(states.at(-1)).toBe('closed');
		expect(sockets).toHaveLength(1);
	});

	test('asks a silent runner for a sign of life, and gives up a dead line', async () => {
		const { clock, socket, states } = connect();
		socket(0).accept();
		await clock.turn(20_000);
		expect(socket(0).frames).toEqual([{ type: 'ping' }]);
		socket(0).say({ type: 'pong' });
		await clock.turn(19_000);
		expect(states.at(-1)).toBe('open');
		await clock.turn(9_000);
		expect(socket(0).closed).toBe(true);
		expect(states).toContain('waiting');
	});

	test('does not listen to a socket that it has given up', async () => {
		const { clock, socket, frames, connection } = connect();
		socket(0).accept();
		socket(0).drop();
		await clock.turn(250);
		socket(1).accept();
		socket(0).say({ type: 'closed', channel: 1, reason: 'old' });
		socket(0).drop();
		expect(frames).toEqual([]);
		expect(connection.state.value).toEqual({ type: 'open' });
	});

	test('is closed for good when told so', async () => {
		const { clock, socket, sockets, connection } = connect();
		socket(0).accept();
		connection.close();
		await clock.turn(60_000);
		expect(socket(0).closed).toBe(true);
		expect(sockets).toHaveLength(1);
	});
});

test('the wait grows, never passes ten seconds, and is spread over its second half', () => {
	fc.assert(
		fc.property(fc.nat(40), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
			const delay = retryDelayMs(attempt, random);
			expect(delay).toBeGreaterThanOrEqual(retryDelayMs(attempt, 1) / 2);
			expect(delay).toBeLessThanOrEqual(10_000);
			expect(retryDelayMs(attempt + 1, random)).toBeGreaterThanOrEqual(delay);
		}),
	);
});
