// The conformance table itself: what every row must have.
import { describe, expect, test } from 'vitest';
import { partsOf } from './behaviour.ts';
import { reasons, reasonsOfReference } from './reasons.ts';
import { lineOf, markdownOf } from './report.ts';
import { groups } from './rows/groups.ts';

const behaviours = groups.flatMap((group) => group.behaviours);

test('there are at least 80 behaviours, each with a name of its own', () => {
	expect(behaviours.length).toBeGreaterThanOrEqual(80);
	expect(new Set(behaviours.map((behaviour) => behaviour.name)).size).toBe(behaviours.length);
});

test.each(behaviours.map((behaviour) => [behaviour.name, behaviour] as const))('%s', (_name, behaviour) => {
	expect(behaviour.docs).toMatch(/^\/[\w/.-]+\/$/);
	expect(partsOf(behaviour.script).length).toBeGreaterThan(0);
});

test('every node that a script names is in its group’s topology', () => {
	for (const group of groups) {
		const { managers, workers } = group.topology;
		for (const behaviour of group.behaviours)
			for (const part of partsOf(behaviour.script)) {
				if (part.type === 'told') continue;
				const [, role, number] = /^(manager|worker)(\d)$/.exec(part.node) ?? [];
				expect(Number(number), behaviour.name).toBeLessThanOrEqual(role === 'manager' ? managers : workers);
			}
	}
});

test('every reason belongs to a behaviour', () => {
	const names = [reasons, reasonsOfReference].flatMap((why) => Object.keys(why));
	expect(names.filter((name) => !behaviours.some((behaviour) => behaviour.name === name))).toEqual([]);
});

describe('a script', () => {
	test('goes from node to node', () => {
		expect(partsOf('one\n@worker1\ntwo\nthree\n!kill worker1\n@manager1\nfour\n!told')).toEqual([
			{ type: 'run', node: 'manager1', script: 'one' },
			{ type: 'run', node: 'worker1', script: 'two\nthree' },
			{ type: 'set', node: 'worker1', action: 'kill' },
			{ type: 'run', node: 'manager1', script: 'four' },
			{ type: 'told' },
		]);
	});
	test('does nothing unknown to a node', () => {
		expect(() => partsOf('!explode worker1')).toThrowErrorMatchingInlineSnapshot(
			`[Error: nodes cannot be told to explode]`,
		);
	});
});

describe('the report', () => {
	const result = { group: 'Networks', name: 'a | b', docs: '/engine/', yes: true, seconds: 1.25 };
	const no = { ...result, name: 'c', yes: false, because: 'expected <x>' };
	test('as lines', () => {
		expect([lineOf(result), lineOf(no)]).toMatchInlineSnapshot(`
			[
			  "yes    1.3 s  Networks: a | b",
			  "NO     1.3 s  Networks: c
			             expected <x>",
			]
		`);
	});
	test('as a page, with the reason for a no', () => {
		expect(markdownOf({ nodes: 'nodes', results: [result, no] }, { c: 'the kernel has no c' })).toMatchInlineSnapshot(`
			"# What works in a Shoal node

			Written by \`npm run conformance\`: each row ran real commands in real nodes (nodes). **1 of 2 yes.**

			## Networks

			| behaviour | promised by | |
			|---|---|---|
			| a \\| b | [docs](https://docs.docker.com/engine/) | yes |
			| c | [docs](https://docs.docker.com/engine/) | **no**: the kernel has no c |
			"
		`);
	});
});
