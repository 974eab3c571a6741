import { expect, test } from 'vitest';
import { comparisonOf, type Run } from './report.ts';

const row = (name: string, yes: boolean, because?: string) => ({
	group: 'networking',
	name,
	docs: '/engine/swarm/ingress/',
	yes,
	seconds: 1,
	...(because ? { because } : {}),
});
const run = (nodes: string, ...results: Run['results']): Run => ({ nodes, results });

test('both ways are beside each other, and every no has its why', () => {
	const shoal = run(
		'Shoal’s nodes',
		row('a port answers', true),
		row('a | b', false, 'got: <nothing>'),
		row('ESP', false),
	);
	const reference = run(
		'privileged nodes',
		row('a port answers', true),
		row('a | b', true),
		row('ESP', false, 'no ESP'),
	);
	const beside = run('privileged nodes beside the mesh', row('a port answers', true));
	expect(
		comparisonOf({ shoal, reference, beside }, { ESP: 'the kernel has none' }, { ESP: 'none there either' }),
	).toMatchInlineSnapshot(`
		"# The same behaviours on a stock Debian host

		Written by \`npm run conformance -- --host vm\`: the suite runs in a virtual machine, once with reference nodes and once
		with Shoal's; each row shows its newest try. Reference: privileged nodes. **2 of 3 yes.**
		Shoal: Shoal’s nodes. **1 of 3 yes.** Rows that differ: 1.
		Reference nodes with Shoal's mesh running, which leaves them to IPVS: **1 of 1 yes.**

		| behaviour | reference | Shoal | |
		|---|---|---|---|
		| networking: a port answers | yes | yes |  |
		| networking: a \\| b | yes | **no** | got: &lt;nothing> |
		| networking: ESP | **no** | **no** | the kernel has none; reference: none there either |
		"
	`);
});
