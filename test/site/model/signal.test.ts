import { expect, test } from 'vitest';
import { signal } from '#site/model/signal.ts';

test('a signal tells its value at once, then each new one, until it is told to stop', () => {
	const heard: number[] = [];
	const number = signal(1);
	const stop = number.subscribe((value) => heard.push(value));
	number.set(1);
	number.set(2);
	stop();
	number.set(3);
	expect(heard).toEqual([1, 2]);
	expect(number.value).toBe(3);
});
