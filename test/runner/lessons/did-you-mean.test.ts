// Did you mean: which slips are recognised, and which words are left alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance } from '#runner/lessons/did-you-mean.ts';

const keys = [
	'service',
	'image',
	'mode',
	'replicas',
	'running',
	'nodes',
	'on',
	'notOn',
	'published',
	'networks',
	'update',
];

test.each([
	['replica', 'replicas'],
	['Replicas', 'replicas'],
	['runing', 'running'],
	['imgae', 'image'],
	['publish', 'published'],
	['network', 'networks'],
	['noton', 'notOn'],
	['srevice', 'service'],
])('%s means %s', (slip, word) => {
	expect(didYouMean(slip, keys)).toBe(word);
});

test.each(['colour', 'x', 'ports', ''])('"%s" means none of them', (word) => {
	expect(didYouMean(word, keys)).toBeUndefined();
});

test('two that are equally close are no answer', () => {
	expect(didYouMean('worker4', ['manager1', 'worker1', 'worker2'])).toBeUndefined();
	expect(didYouMean('manager2', ['manager1', 'worker1', 'worker2'])).toBe('manager1');
});

test('a word does not mean itself', () => {
	expect(didYouMean('image', ['image', 'mode'])).toBeUndefined();
});

test.each([
	['', '', 0],
	['abc', '', 3],
	['abc', 'abc', 0],
	['abc', 'acb', 1],
	['kitten', 'sitting', 3],
	['ca', 'abc', 3],
])('from "%s" to "%s" it is %i slips', (a, b, slips) => {
	expect(editDistance(a, b)).toBe(slips);
});

test('a distance is a distance', () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
			const slips = editDistance(a, b);
			expect(slips).toBe(editDistance(b, a));
			expect(slips === 0).toBe(a === b);
			expect(slips).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
			expect(slips).toBeLessThanOrEqual(Math.max(a.length, b.length));
		}),
	);
});
