// Format problem: a problem as a person reads it in a terminal, or as GitHub shows it beside the line.
import type { Problem } from './problem.ts';

/**
 * ```
 * labs/day-01/02-scale.mdx:11:9  unknown key "replica", did you mean "replicas"?
 *    11 |         replica: 3
 *       |         ^
 *       = keys of a service check: service, image, ...
 * ```
 */
export function formatProblem(problem: Problem): string {
	const { file, line, column, message, sourceLine, hint } = problem;
	const number = String(line).padStart(5);
	const gutter = ' '.repeat(number.length);
	// A tab is as wide in the line of the caret as in the line above it.
	const before = sourceLine.slice(0, column - 1).replace(/[^\t]/g, ' ');
	return [
		`${file}:${line}:${column}  ${message}`,
		...(sourceLine.trim() === '' ? [] : [`${number} | ${sourceLine}`, `${gutter} | ${before}^`]),
		...(hint === undefined ? [] : [`${gutter} = ${hint}`]),
	].join('\n');
}

/** A workflow command (https://docs.github.com/actions/reference/workflow-commands-for-github-actions): one line each. */
export function formatProblemForGithub({ file, line, column, message, hint }: Problem): string {
	const text = hint === undefined ? message : `${message} (${hint})`;
	return `::error file=${property(file)},line=${line},col=${column}::${data(text)}`;
}

function data(text: string): string {
	return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
	return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
