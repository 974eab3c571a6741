// Rate: turns for each asker, taken at once and given back with time.
import { expect, test } from 'vitest';
import { createRate } from '#runner/http/rate.ts';

test('a class may come at once; who goes on asking gets as many as come back', () => {
	let now = 0;
	const take = createRate({ now: () => now }, { burst: 3, perMinute: 60 });
	expect([take('a'), take('a'), take('a'), take('a')]).toEqual([true, true, true, false]);
	now += 1_000;
	expect([take('a'), take('a')]).toEqual([true, false]);
	now += 3_600_000;
	expect([take('a'), take('a'), take('a'), take('a')]).toEqual([true, true, true, false]);
});

test('one asker’s turns are not another’s', () => {
	const take = createRate({ now: () => 0 }, { burst: 1, perMinute: 1 });
	expect([take('a'), take('b'), take('a')]).toEqual([true, true, false]);
});

test('no matter how many ask, few are remembered, and the busy ones are', () => {
	const take = createRate({ now: () => 0 }, { burst: 1, perMinute: 1 });
	take('busy');
	for (let asker = 0; asker < 50_000; asker++) {
		take(String(asker));
		if (asker % 5_000 === 0) expect(take('busy')).toBe(false);
	}
	expect(take('0')).toBe(true);
});
