import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTroubles } from '#runner/mesh/troubles.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Everything that was heard, one list of sentences for each change. */
function set() {
	const heard: string[][] = [];
	const troubles = createTroubles(() => heard.push(troubles.lasting()));
	return { heard, troubles };
}

test('what is over soon is not worth a word', () => {
	const { heard, troubles } = set();
	troubles.is('ingress', 'there is none');
	vi.advanceTimersByTime(4_000);
	troubles.over('ingress');
	vi.advanceTimersByTime(60_000);
	expect(heard).toEqual([]);
});

test('what lasts is said, in its newest words, until it is over', () => {
	const { heard, troubles } = set();
	troubles.is('rules', 'one way');
	troubles.is('ingress', 'there is none');
	vi.advanceTimersByTime(3_000);
	troubles.is('rules', 'another way');
	vi.advanceTimersByTime(3_000);
	troubles.is('rules', 'a third way');
	troubles.is('rules', 'a third way');
	troubles.over('rules');
	troubles.over('rules');
	expect(heard).toEqual([
		['another way'],
		['another way', 'there is none'],
		['a third way', 'there is none'],
		['there is none'],
	]);
});

test('what comes back is said again when it lasts', () => {
	const { heard, troubles } = set();
	troubles.is('rules', 'cannot be written');
	vi.advanceTimersByTime(6_000);
	troubles.over('rules');
	troubles.is('rules', 'back');
	vi.advanceTimersByTime(4_000);
	expect(heard.at(-1)).toEqual([]);
	vi.advanceTimersByTime(2_000);
	expect(heard.at(-1)).toEqual(['back']);
});

test('nothing is said after the end', () => {
	const { heard, troubles } = set();
	troubles.is('rules', 'late');
	troubles.close();
	vi.advanceTimersByTime(60_000);
	expect(heard).toEqual([]);
});
