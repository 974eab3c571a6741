import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTroubles } from '#runner/mesh/troubles.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function set() {
	const told: string[] = [];
	return { told, troubles: createTroubles((sentence) => told.push(sentence)) };
}

test('what is over soon is not worth a word', () => {
	const { told, troubles } = set();
	troubles.is('ingress', 'there is none');
	vi.advanceTimersByTime(4_000);
	troubles.over('ingress');
	vi.advanceTimersByTime(60_000);
	expect(told).toEqual([]);
});

test('what lasts is told once, in its newest words, and again when it comes back', () => {
	const { told, troubles } = set();
	troubles.is('rules', 'one way');
	troubles.is('ingress', 'there is none');
	vi.advanceTimersByTime(3_000);
	troubles.is('rules', 'another way');
	vi.advanceTimersByTime(3_000);
	troubles.is('rules', 'a third way');
	vi.advanceTimersByTime(60_000);
	expect(told).toEqual(['another way', 'there is none']);
	troubles.over('rules');
	troubles.is('rules', 'back');
	vi.advanceTimersByTime(60_000);
	expect(told.slice(2)).toEqual(['back']);
});

test('nothing is told after the end', () => {
	const { told, troubles } = set();
	troubles.is('rules', 'late');
	troubles.close();
	vi.advanceTimersByTime(60_000);
	expect(told).toEqual([]);
});
