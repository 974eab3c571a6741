import { expect, test } from 'vitest';
import type { Group } from './behaviour.ts';
import { type Kept, keep, runOf } from './kept.ts';

const result = (group: string, name: string, yes: boolean) => ({ group, name, docs: '/', yes, seconds: 1 });
const group = (name: string, ...behaviours: string[]) =>
	({
		name,
		topology: {},
		images: [],
		behaviours: behaviours.map((behaviour) => ({ name: behaviour })),
	}) as unknown as Group;

test('a later result replaces the older one of the same behaviour, and the table gives the order', () => {
	let known: Kept = {};
	known = keep(known, 'shoal', 'on Monday', result('nodes', 'drain', false));
	known = keep(known, 'shoal', 'on Monday', result('nodes', 'gone from the table', true));
	known = keep(known, 'reference', 'plain', result('nodes', 'drain', true));
	known = keep(known, 'shoal', 'on Tuesday', result('ports', 'drain', true));
	known = keep(known, 'shoal', 'on Tuesday', result('nodes', 'drain', true));
	const groups = [group('ports', 'drain', 'not tried yet'), group('nodes', 'drain')];
	expect(runOf(known, 'shoal', groups)).toEqual({
		nodes: 'on Tuesday',
		results: [result('ports', 'drain', true), result('nodes', 'drain', true)],
	});
	expect(runOf(known, 'reference', groups).results).toEqual([result('nodes', 'drain', true)]);
	expect(runOf(known, 'nobody', groups).results).toEqual([]);
});
