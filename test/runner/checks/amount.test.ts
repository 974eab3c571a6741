// Amounts: counts and ranges, and how they are said.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counted, inWords, listed, matches } from '#runner/checks/amount.ts';

test.each([
	[3, 3, true],
	[3, 2, false],
	[0, 0, true],
	[{ min: 2 }, 2, true],
	[{ min: 2 }, 1, false],
	[{ max: 4 }, 4, true],
	[{ max: 4 }, 5, false],
	[{ min: 2, max: 4 }, 3, true],
	[{}, 0, true],
] as const)('%o takes %i: %s', (amount, count, expected) => {
	expect(matches(amount, count)).toBe(expected);
});

test.each([
	[3, '3'],
	[{ min: 2 }, 'at least 2'],
	[{ max: 4 }, 'at most 4'],
	[{ min: 2, max: 4 }, '2 to 4'],
	[{ min: 2, max: 2 }, '2'],
	[{}, 'any number'],
] as const)('%o is said as "%s"', (amount, words) => {
	expect(inWords(amount)).toBe(words);
});

test('a range with equal ends is that number', () => {
	fc.assert(
		fc.property(fc.nat(20), fc.nat(20), (amount, count) => {
			expect(matches({ min: amount, max: amount }, count)).toBe(matches(amount, count));
		}),
	);
});

test('counts are in English', () => {
	expect([0, 1, 2].map((count) => counted(count, 'replica'))).toEqual(['no replicas', '1 replica', '2 replicas']);
	expect(counted(2, 'entry', 'entries')).toBe('2 entries');
});

test('lists are in English', () => {
	expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
});
