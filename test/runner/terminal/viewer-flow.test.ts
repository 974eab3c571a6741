import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flow } from '#contract/socket.ts';
import { createReplayRing } from '#runner/terminal/replay-ring.ts';
import { createViewerFlow, type ViewerFlow } from '#runner/terminal/viewer-flow.ts';

const ringBytes = 256 * 1024;

/** Takes everything there is; returns the bytes, and how many replays began. */
function drain(viewer: ViewerFlow) {
	const parts: Uint8Array[] = [];
	let replays = 0;
	for (let delivery = viewer.next(); delivery; delivery = viewer.next()) {
		if (delivery.type === 'replay') replays += 1;
		else parts.push(delivery.bytes);
	}
	return { bytes: Buffer.concat(parts), replays };
}

describe('a viewer', () => {
	test('gets a replay first, then what is new', () => {
		const ring = createReplayRing(ringBytes);
		ring.append(Buffer.from('earlier'));
		const viewer = createViewerFlow(ring);
		expect(viewer.next()).toEqual({ type: 'replay', bytes: 7 });
		expect(viewer.next()).toMatchObject({ type: 'output', replayed: true });
		expect(viewer.next()).toBeUndefined();
		ring.append(Buffer.from('new'));
		expect(viewer.next()).toMatchObject({ type: 'output', replayed: false });
	});

	test('of a new shell gets an empty replay', () => {
		expect(createViewerFlow(createReplayRing(ringBytes)).next()).toEqual({ type: 'replay', bytes: 0 });
	});

	test('is sent no more than the high water, and goes on below the low water', () => {
		const ring = createReplayRing(ringBytes);
		const viewer = createViewerFlow(ring);
		drain(viewer);
		ring.append(new Uint8Array(200_000));
		expect(drain(viewer).bytes.length).toBe(flow.highWater);
		expect(viewer.isFull).toBe(true);
		viewer.acknowledge(flow.highWater - flow.lowWater);
		expect(viewer.next()).toBeUndefined();
		viewer.acknowledge(1);
		expect(viewer.isFull).toBe(false);
		expect(drain(viewer).bytes.length).toBe(flow.highWater - flow.lowWater + 1);
	});

	test('that has fallen behind the ring gets a fresh replay, and nothing in between', () => {
		const ring = createReplayRing(ringBytes);
		const viewer = createViewerFlow(ring);
		ring.append(Buffer.from('x'.repeat(flow.highWater)));
		drain(viewer);
		for (let i = 0; i < 10; i++) ring.append(Buffer.from('y'.repeat(ringBytes)));
		expect(viewer.next()).toBeUndefined();
		viewer.acknowledge(flow.highWater);
		const next = drain(viewer);
		expect(next.replays).toBe(1);
		expect(new Set(next.bytes)).toEqual(new Set(Buffer.from('y')));
	});

	test('may acknowledge too much without harm', () => {
		const ring = createReplayRing(ringBytes);
		const viewer = createViewerFlow(ring);
		drain(viewer);
		viewer.acknowledge(1_000_000);
		ring.append(new Uint8Array(200_000));
		expect(drain(viewer).bytes.length).toBe(flow.highWater);
	});

	test('gets the last words even when it is full', () => {
		const ring = createReplayRing(ringBytes);
		const viewer = createViewerFlow(ring);
		ring.append(new Uint8Array(150_000));
		drain(viewer);
		let rest = 0;
		for (let delivery = viewer.rest(); delivery; delivery = viewer.rest()) {
			if (delivery.type === 'output') rest += delivery.bytes.length;
		}
		expect(rest).toBe(50_000);
	});

	test('never has more unacknowledged than the high water, sees every byte in order from its last replay on, and never sticks', () => {
		const step = fc.oneof(
			fc.record({ append: fc.integer({ min: 1, max: 300_000 }) }),
			fc.record({ acknowledge: fc.double({ min: 0, max: 1, noNaN: true }) }),
		);
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				const ring = createReplayRing(ringBytes);
				const viewer = createViewerFlow(ring);
				let written = 0;
				let unackedBytes = 0;
				let place: number | undefined;
				const take = () => {
					for (let delivery = viewer.next(); delivery; delivery = viewer.next()) {
						if (delivery.type === 'replay') {
							unackedBytes = 0;
							place = undefined;
							continue;
						}
						let misplaced = 0;
						for (const byte of delivery.bytes) {
							place ??= firstPlace(byte, ring.replayStart());
							// One assertion for each delivery: one for each byte takes half a minute.
							if (byte !== place % 251) misplaced += 1;
							place += 1;
						}
						expect(misplaced).toBe(0);
						unackedBytes += delivery.bytes.length;
						expect(unackedBytes).toBeLessThanOrEqual(flow.highWater);
					}
				};
				for (const each of steps) {
					if ('append' in each) {
						ring.append(Uint8Array.from({ length: each.append }, (_, index) => (written + index) % 251));
						written += each.append;
					} else {
						const bytes = Math.floor(unackedBytes * each.acknowledge);
						unackedBytes -= bytes;
						viewer.acknowledge(bytes);
					}
					take();
				}
				// The page always acknowledges everything in the end.
				while (unackedBytes > 0) {
					viewer.acknowledge(unackedBytes);
					unackedBytes = 0;
					take();
				}
				if (written > 0) expect(place ?? ring.replayStart()).toBe(written);
			}),
			{ numRuns: 30 },
		);
	}, 30_000);
});

/** Bytes count up modulo 251, so that a byte says where it is. */
function firstPlace(byte: number, from: number): number {
	return from + ((((byte - from) % 251) + 251) % 251);
}
