import { expect, test } from 'vitest';
import { createAtOnce } from '#runner/http/at-once.ts';

test('each owner has so many places, and gets them back', () => {
	const take = createAtOnce(2);
	const places = [take('one'), take('one')];
	expect(places).not.toContain(undefined);
	expect(take('one')).toBeUndefined();
	expect(take('another')).toBeDefined();
	places[0]?.[Symbol.dispose]();
	expect(take('one')).toBeDefined();
	expect(take('one')).toBeUndefined();
});
