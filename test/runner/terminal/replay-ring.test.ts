import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReplayRing } from '#runner/terminal/replay-ring.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('the replay ring', () => {
	test('keeps the last bytes of whatever was appended, each at its place', () => {
		const appends = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 32 }), appends, (capacity, chunks) => {
				const ring = createReplayRing(capacity);
				for (const chunk of chunks) ring.append(chunk);
				const all = Buffer.concat(chunks);
				expect(ring.end).toBe(all.length);
				expect(ring.start).toBe(Math.max(0, all.length - capacity));
				expect(Buffer.from(ring.read(ring.start, capacity))).toEqual(all.subarray(ring.start));
			}),
		);
	});

	test('reads any part of what it keeps', () => {
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(), fc.nat(), (all, from, most) => {
				const ring = createReplayRing(32);
				ring.append(all);
				const at = ring.start + (from % (ring.end - ring.start));
				expect(Buffer.from(ring.read(at, most))).toEqual(Buffer.from(all.subarray(at, at + most)));
			}),
		);
	});

	test('replays from the beginning as long as nothing is lost', () => {
		const ring = createReplayRing(16);
		ring.append(bytesOf('half a line'));
		expect(ring.replayStart()).toBe(0);
	});

	test('replays from the start of a line once the beginning is lost', () => {
		const ring = createReplayRing(16);
		ring.append(bytesOf('a long first line\nsecond\nthird'));
		expect(text(ring.read(ring.replayStart(), 16))).toBe('second\nthird');
	});

	test('replays from an escape sequence where there are no lines, as full-screen programs write', () => {
		const ring = createReplayRing(16);
		ring.append(bytesOf('0123456789abcdef\u001b[Hxy'));
		expect(text(ring.read(ring.replayStart(), 16))).toBe('\u001b[Hxy');
	});

	test('after a restart knows only what comes then', () => {
		const ring = createReplayRing(16);
		ring.append(bytesOf('before'));
		ring.restart(1_000);
		ring.append(bytesOf('after'));
		expect([ring.start, ring.end, text(ring.read(1_000, 16))]).toEqual([1_000, 1_005, 'after']);
	});
});
