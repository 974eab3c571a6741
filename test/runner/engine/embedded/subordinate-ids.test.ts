// Subordinate IDs: a range that nobody else has.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeStart, parseRanges } from '#runner/engine/embedded/subordinate-ids.ts';

test('lines are read, and what is none is passed over', () => {
	expect(parseRanges('ann:100000:65536\n# note\n\nbroken:1\n')).toEqual([
		{ name: 'ann', start: 100_000, count: 65_536 },
	]);
});

test('on a fresh machine the range begins at a million', () => {
	expect(freeStart([])).toBe(1_000_000);
	expect(freeStart(parseRanges('ann:100000:65536\ndockremap:165536:65536\n'))).toBe(1_000_000);
});

test('it steps over ranges in its way', () => {
	expect(freeStart(parseRanges('ann:1000000:65536\n'))).toBe(1_065_536);
	expect(freeStart(parseRanges('ann:1065535:2\n'))).toBe(1_131_072);
});

test('it never overlaps a range that is taken', () => {
	const range = fc.record({
		name: fc.constant('x'),
		start: fc.integer({ min: 0, max: 2_000_000 }),
		count: fc.integer({ min: 1, max: 500_000 }),
	});
	fc.assert(
		fc.property(fc.array(range, { maxLength: 20 }), (taken) => {
			const start = freeStart(taken);
			for (const other of taken) expect(start >= other.start + other.count || start + 65_536 <= other.start).toBe(true);
		}),
	);
});
