// Report: the results of the suite as lines on a terminal and as a page in Markdown.
import type { Result } from './suite.ts';

export interface Run {
	/** `Shoal's nodes, Debian 12, Linux 6.18, cgroup v1` */
	nodes: string;
	results: Result[];
}

export function lineOf(result: Result): string {
	const line = `${result.yes ? 'yes' : 'NO '} ${result.seconds.toFixed(1).padStart(6)} s  ${result.group}: ${result.name}`;
	return result.because ? `${line}\n             ${result.because}` : line;
}

export function totalOf(results: Result[]): string {
	const yes = results.filter((result) => result.yes).length;
	return `${yes} of ${results.length} yes`;
}

/** The table that the README links to. `reasons` says why a no is one, by name of the behaviour. */
export function markdownOf(run: Run, reasons: Readonly<Record<string, string>>): string {
	const groups = [...new Set(run.results.map((result) => result.group))];
	const escape = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
	const rows = (group: string) =>
		run.results
			.filter((result) => result.group === group)
			.map((result) => {
				const answer = result.yes ? 'yes' : `**no**: ${escape(reasons[result.name] ?? result.because ?? '')}`;
				return `| ${escape(result.name)} | [docs](https://docs.docker.com${result.docs}) | ${answer} |`;
			});
	return [
		'# What works in a Shoal node',
		'',
		`Written by \`npm run conformance\`: each row ran real commands in real nodes (${run.nodes}). **${totalOf(run.results)}.**`,
		'',
		...groups.flatMap((group) => [
			`## ${group}`,
			'',
			'| behaviour | promised by | |',
			'|---|---|---|',
			...rows(group),
			'',
		]),
	].join('\n');
}
