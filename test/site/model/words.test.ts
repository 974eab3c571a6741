import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatClock, formatSeconds } from '#site/model/format.ts';
import { parseInline } from '#site/model/inline-markdown.ts';
import { findPlaceholders, wordsFor } from '#site/model/placeholders.ts';
import { parseRunBlock } from '#site/model/run-block.ts';
import { withControl } from '#site/model/soft-keys.ts';

describe('the words after ```sh', () => {
	test.each([
		['run=manager1', { node: 'manager1', enter: true }],
		['run="worker2" noenter', { node: 'worker2', enter: false }],
		["title='x'  run='worker1'", { node: 'worker1', enter: true }],
		['title="no run here"', undefined],
		['', undefined],
	])('%s', (meta, block) => {
		expect(parseRunBlock(meta)).toEqual(block);
	});

	test('a node that cannot be stops the build', () => {
		expect(() => parseRunBlock('run=manger1')).toThrowErrorMatchingInlineSnapshot(
			`[RangeError: run=manger1: a node is named manager1, manager2, ... or worker1, worker2, ...]`,
		);
	});
});

describe('placeholders', () => {
	test('are found with their place and told in words', () => {
		const command = 'join --token {{swarm.workerToken}} {{ manager1.ip }}:2377';
		const found = findPlaceholders(command);
		expect(found.map(({ words }) => words)).toEqual(['worker token', 'manager1 IP']);
		expect(found.map(({ from, to }) => command.slice(from, to))).toEqual([
			'{{swarm.workerToken}}',
			'{{ manager1.ip }}',
		]);
	});

	test.each(["docker info --format '{{.Name}}'", "docker node ls --format '{{json .}}'", 'echo {{}}'])(
		'Docker’s own templates are none: %s',
		(command) => expect(findPlaceholders(command)).toEqual([]),
	);

	test('an unknown one is still readable', () => {
		expect(wordsFor('worker1.nodeId')).toBe('worker1 node ID');
	});
});

describe('inline Markdown', () => {
	test('code, strong and emphasis', () => {
		expect(parseInline('Type `docker *ps*` on **manager1**, *now*.')).toEqual([
			{ type: 'text', text: 'Type ' },
			{ type: 'code', text: 'docker *ps*' },
			{ type: 'text', text: ' on ' },
			{ type: 'strong', text: 'manager1' },
			{ type: 'text', text: ', ' },
			{ type: 'em', text: 'now' },
			{ type: 'text', text: '.' },
		]);
	});

	test('what is not closed stays as it is, and no word is lost', () => {
		expect(parseInline('2 * 3 = 6, `x')).toEqual([{ type: 'text', text: '2 * 3 = 6, `x' }]);
		fc.assert(
			fc.property(fc.string(), (text) => {
				const bare = (some: string) => some.replace(/[`*]/g, '');
				expect(
					bare(
						parseInline(text)
							.map((span) => span.text)
							.join(''),
					),
				).toBe(bare(text));
			}),
		);
	});
});

describe('numbers', () => {
	test.each([
		[0, '0.0 s'],
		[449, '0.4 s'],
		[12_000, '12.0 s'],
		[-5, '0.0 s'],
	])('%d ms of work', (ms, text) => {
		expect(formatSeconds(ms)).toBe(text);
	});
	test.each([
		[600_000, '10:00'],
		[599_001, '10:00'],
		[61_000, '1:01'],
		[1, '0:01'],
		[0, '0:00'],
		[-9, '0:00'],
	])('%d ms left', (ms, text) => expect(formatClock(ms)).toBe(text));
});

describe('Ctrl on the key bar', () => {
	test.each([
		['c', '\x03'],
		['C', '\x03'],
		['[', '\x1b'],
		['é', 'é'],
		['ls', 'ls'],
		['1', '1'],
		['', ''],
	])('%j', (typed, sent) => {
		expect(withControl(typed)).toBe(sent);
	});
});
