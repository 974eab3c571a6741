// Scanning a lesson's text: code blocks and tags, each at its place.
import { expect, test } from 'vitest';
import { scanBody } from '#runner/lessons/scan-body.ts';

const tags = (text: string) =>
	scanBody(text, 1).tags.map((tag) => `${tag.name} ${tag.position.line}:${tag.position.column}`);
const runs = (text: string) => scanBody(text, 1).blocks.map((block) => block.run);

test('a step in the text', () => {
	const [tag] = scanBody('Some words.\n\n<Step id="init">**manager1** leads.</Step>\n', 10).tags;
	expect(tag).toEqual({
		name: 'Step',
		position: { line: 12, column: 1 },
		attributes: { id: { value: 'init', position: { line: 12, column: 11 } } },
	});
});

test('attributes over several lines, in braces and in single quotes', () => {
	const [tag] = scanBody('<Open\n  node=\'worker1\'\n  port={8888} note="a > b"\n/>', 1).tags;
	expect(tag?.attributes).toMatchObject({
		node: { value: 'worker1', position: { line: 2, column: 9 } },
		note: { value: 'a > b' },
	});
});

test('several tags in a line', () => {
	expect(tags('a <Step id="a">b</Step> <Step id="c">d</Step>')).toEqual(['Step 1:3', 'Step 1:25']);
});

test('small tags are HTML, and closing tags are no tags', () => {
	expect(tags('<div>x</div> </Step>')).toEqual([]);
});

test.each([
	['a fence', '```html\n<Step id="x">\n```'],
	['a fence of tildes', '~~~\n<Step id="x">\n~~~'],
	['a longer fence around a fence', '````md\n```\n<Step id="x">\n```\n<Step id="y">\n````'],
	['an indented fence', '- list\n  ```sh\n  <Step id="x">\n  ```'],
	['a fence that is never closed', '```\n<Step id="x">'],
	['inline code', 'write `<Step id="x">` here'],
	['inline code with a backtick', 'write ``a ` <Step id="x">`` here'],
	['a comment', '{/* <Step id="x">\n <Step id="y"> */}'],
])('tags in %s do not count', (_, text) => {
	expect(tags(text)).toEqual([]);
});

test('after a fence has ended, tags count again', () => {
	expect(tags('```\n<A>\n```\n<Step id="x">\n```\n<B>\n```')).toEqual(['Step 4:1']);
});

test('a fence is closed by as many marks, and by nothing behind them', () => {
	expect(tags('```\n``\n``` js\n<Step id="x">\n```\n<Step id="y">')).toEqual(['Step 6:1']);
});

test.each([
	['```sh run=manager1', 'manager1'],
	['```sh title="x" run=worker2 wrap', 'worker2'],
	['```sh run="worker1"', 'worker1'],
	['```sh', undefined],
	['```sh dryrun=manager1', undefined],
])('%s runs on %s', (fence, node) => {
	expect(runs(`${fence}\nls\n\`\`\``)).toEqual([node]);
});

test('the place of the node in a fence, and the lines of a block', () => {
	const [block] = scanBody('x\n```sh run=worker3\ndocker ps\nls\n```', 5).blocks;
	expect(block).toEqual({
		position: { line: 6, column: 1 },
		language: 'sh',
		run: 'worker3',
		runPosition: { line: 6, column: 11 },
		lines: [
			{ text: 'docker ps', position: { line: 7, column: 1 } },
			{ text: 'ls', position: { line: 8, column: 1 } },
		],
	});
});

test('Windows line ends', () => {
	expect(tags('```\r\n<A>\r\n```\r\n<Step id="x">\r\n')).toEqual(['Step 4:1']);
});
