// Kept: what is known of each behaviour from several runs of the suite, of which each may have tried only a part.
import type { Group } from './behaviour.ts';
import type { Run } from './report.ts';
import type { Result } from './suite.ts';

/** Profile (`shoal`, `reference`) -> where it ran last, and the newest result of each behaviour. */
export type Kept = Readonly<Record<string, Run>>;

const same = (a: Result, b: Result) => a.group === b.group && a.name === b.name;

/** What is known when a result has come: it replaces the older one of the same behaviour. */
export function keep(known: Kept, profile: string, nodes: string, result: Result): Kept {
	const before = known[profile]?.results ?? [];
	return { ...known, [profile]: { nodes, results: [...before.filter((other) => !same(other, result)), result] } };
}

/** The profile's results in the order of the table. Behaviours that are in the table no more are left out. */
export function runOf(known: Kept, profile: string, groups: Group[]): Run {
	const { nodes, results } = known[profile] ?? { nodes: 'not tried', results: [] };
	const inOrder = groups.flatMap((group) =>
		group.behaviours.flatMap(({ name }) =>
			results.filter((result) => result.group === group.name && result.name === name),
		),
	);
	return { nodes, results: inOrder };
}
