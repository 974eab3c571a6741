// Problems on paper: for a terminal, and for GitHub.
import { expect, test } from 'vitest';
import { formatProblem, formatProblemForGithub } from '#runner/lessons/format-problem.ts';

const problem = {
	file: 'labs/day-01/02-scale.mdx',
	line: 11,
	column: 9,
	message: 'unknown key "replica", did you mean "replicas"?',
	sourceLine: '        replica: 3',
	hint: 'keys of a service check: service, image',
};

test('the line, a caret below its cause, and the hint', () => {
	expect(`\n${formatProblem(problem)}\n`).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:11:9  unknown key "replica", did you mean "replicas"?
		   11 |         replica: 3
		      |         ^
		      = keys of a service check: service, image
		"
	`);
});

test('without a line there is no caret', () => {
	expect(formatProblem({ ...problem, line: 1, column: 1, sourceLine: '', hint: undefined })).toMatchInlineSnapshot(
		`"labs/day-01/02-scale.mdx:1:1  unknown key "replica", did you mean "replicas"?"`,
	);
});

test('a tab moves the caret as it moves the text', () => {
	expect(formatProblem({ ...problem, column: 3, sourceLine: '\t\tx' }).split('\n')[2]).toBe('      | \t\t^');
});

test('for GitHub, one line, with what it needs escaped', () => {
	expect(formatProblemForGithub(problem)).toMatchInlineSnapshot(
		`"::error file=labs/day-01/02-scale.mdx,line=11,col=9::unknown key "replica", did you mean "replicas"? (keys of a service check: service, image)"`,
	);
	expect(
		formatProblemForGithub({ ...problem, file: 'a,b:c.mdx', message: '50%\nmore', hint: undefined }),
	).toMatchInlineSnapshot(`"::error file=a%2Cb%3Ac.mdx,line=11,col=9::50%25%0Amore"`);
});
