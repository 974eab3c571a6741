import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClientFrame, flow, frameKind } from '#contract/socket.ts';
import { createTerminals, type Screen } from '#site/model/terminals.ts';
import { handClock } from '../hand-clock.ts';

/** A screen that draws when the test says so. */
function paper(cols = 80, rows = 24) {
	let text = '';
	const undrawn: { bytes: Uint8Array; done: () => void }[] = [];
	const screen: Screen = {
		write: (bytes, done) => void undrawn.push({ bytes, done }),
		reset: () => {
			text = '';
		},
		size: () => ({ cols, rows }),
	};
	return {
		screen,
		draw() {
			for (const { bytes, done } of undrawn.splice(0)) {
				text += new TextDecoder().decode(bytes);
				done();
			}
			return text;
		},
	};
}

function setUp() {
	const clock = handClock();
	const sent: ClientFrame[] = [];
	const typed: [number, string][] = [];
	let up = true;
	const terminals = createTerminals({
		nodes: ['manager1', 'worker1'],
		clock,
		send: (frame) => {
			if (up) sent.push(frame);
			return up;
		},
		sendInput: (channel, bytes) => {
			typed.push([channel, new TextDecoder().decode(bytes)]);
			return true;
		},
	});
	const connect = (on: boolean) => {
		up = on;
		if (on) terminals.connected();
		else terminals.disconnected();
	};
	const output = (text: string, kind: number = frameKind.output, channel = 0) =>
		terminals.bytes({ kind, channel, bytes: new TextEncoder().encode(text) });
	const type = (text: string) => terminals.input('manager1', new TextEncoder().encode(text));
	return { clock, terminals, sent, typed, connect, output, type };
}

describe('terminals', () => {
	test('claim the shell for this page when the learner turns to it, once it is open', () => {
		const { terminals, sent } = setUp();
		terminals.connected();
		terminals.turnTo('manager1');
		terminals.show('manager1', paper(90, 30).screen);
		terminals.turnTo('manager1');
		expect(sent.map(({ type }) => type)).toEqual(['open']);
		terminals.opened(0);
		terminals.turnTo('manager1');
		expect(sent.at(-1)).toEqual({ type: 'resize', channel: 0, cols: 90, rows: 30 });
	});

	test('open a shell when it is first shown, with the size it really has', () => {
		const { terminals, sent } = setUp();
		terminals.connected();
		expect(sent).toEqual([]);
		terminals.show('worker1', paper(101, 33).screen);
		expect(sent).toEqual([{ type: 'open', channel: 1, node: 'worker1', cols: 101, rows: 33 }]);
		expect(terminals.state('worker1').value.type).toBe('opening');
		expect(terminals.state('manager1').value.type).toBe('unopened');
	});

	test('wait for the connection when there is none yet', () => {
		const { terminals, sent, connect } = setUp();
		connect(false);
		terminals.show('manager1', paper().screen);
		expect(terminals.state('manager1').value.type).toBe('lost');
		connect(true);
		expect(sent).toHaveLength(1);
	});

	test('tell the shell each new size once', () => {
		const { terminals, sent } = setUp();
		terminals.show('manager1', paper(80, 24).screen);
		terminals.resize('manager1', { cols: 80, rows: 24 });
		terminals.resize('manager1', { cols: 90, rows: 24 });
		terminals.resize('manager1', { cols: 90, rows: 24 });
		expect(sent.slice(1)).toEqual([{ type: 'resize', channel: 0, cols: 90, rows: 24 }]);
	});

	test('pass on what is typed, but not what the emulator answers to replayed output', () => {
		const { terminals, typed, output, type } = setUp();
		const { screen, draw } = paper();
		terminals.show('manager1', screen);
		type('ahead, ');
		terminals.opened(0);
		output('\x1b[c', frameKind.quiet);
		type('\x1b[?1;2c');
		type('meanwhile, ');
		draw();
		type('\x1b[A');
		expect(typed.map(([, text]) => text)).toEqual(['ahead, ', 'meanwhile, ', '\x1b[A']);
	});

	test('show the same screen after a reconnect, not the same lines twice', () => {
		const { terminals, connect, output, sent } = setUp();
		const { screen, draw } = paper();
		terminals.show('manager1', screen);
		terminals.opened(0);
		output('$ ls\n');
		expect(draw()).toBe('$ ls\n');
		connect(false);
		expect(terminals.state('manager1').value.type).toBe('lost');
		connect(true);
		terminals.opened(0);
		output('$ ls\n', frameKind.quiet);
		output('a b c\n');
		expect(draw()).toBe('$ ls\na b c\n');
		expect(sent.map(({ type }) => type)).toEqual(['open', 'open']);
	});

	test('say why a shell ended, keep quiet after that, and start a new one when asked', () => {
		const { terminals, connect, sent, typed, type } = setUp();
		terminals.show('manager1', paper().screen);
		terminals.opened(0);
		terminals.ended(0, 'exit 0');
		type('x');
		connect(false);
		connect(true);
		expect(typed).toEqual([]);
		expect(sent).toHaveLength(1);
		expect(terminals.state('manager1').value).toEqual({ type: 'ended', reason: 'exit 0' });
		terminals.reopen('manager1');
		expect(sent).toHaveLength(2);
	});

	test('promise a shell, for a while', async () => {
		const { terminals, clock } = setUp();
		terminals.show('manager1', paper().screen);
		const soon = terminals.whenOpen('manager1', 1000);
		const never = terminals.whenOpen('worker1', 1000);
		terminals.opened(0);
		await clock.turn(1000);
		expect(await Promise.all([soon, never])).toEqual([true, false]);
	});

	test('acknowledge everything they have drawn, but for a rest below the low-water mark', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(20_000), { maxLength: 30 }), (sizes) => {
				const { terminals, sent } = setUp();
				const { screen, draw } = paper();
				terminals.show('manager1', screen);
				terminals.opened(0);
				for (const size of sizes) {
					terminals.bytes({ kind: frameKind.output, channel: 0, bytes: new Uint8Array(size) });
					draw();
				}
				const acked = sent.reduce((sum, frame) => sum + (frame.type === 'ack' ? frame.bytes : 0), 0);
				const written = sizes.reduce((sum, size) => sum + size, 0);
				expect(written - acked).toBeGreaterThanOrEqual(0);
				expect(written - acked).toBeLessThan(flow.lowWater);
			}),
		);
	});

	test('acknowledge nothing before it is drawn', () => {
		const { terminals, sent, output } = setUp();
		const { screen, draw } = paper();
		terminals.show('manager1', screen);
		terminals.opened(0);
		output('x'.repeat(flow.ackEvery));
		expect(sent).toHaveLength(1);
		draw();
		expect(sent.at(-1)).toEqual({ type: 'ack', channel: 0, bytes: flow.ackEvery });
	});
});
