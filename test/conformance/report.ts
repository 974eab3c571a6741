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
	const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
	const rows = (group: string) =>
		run.results
			.filter((result) => result.group === group)
			.map((result) => {
				const answer = result.yes ? 'yes' : `**no**: ${cell(reasons[result.name] ?? result.because ?? '')}`;
				return `| ${cell(result.name)} | [docs](https://docs.docker.com${result.docs}) | ${answer} |`;
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

/**
 * What Docker does in plain privileged nodes beside what it does in Shoal's. `reasons` says why a behaviour does not hold in
 * Shoal's nodes, `ofReference` why it does not in plain ones.
 */
export function comparisonOf(
	{ shoal, reference, beside }: { shoal: Run; reference: Run; beside: Run },
	reasons: Readonly<Record<string, string>>,
	ofReference: Readonly<Record<string, string>>,
): string {
	const key = (result: Result) => `${result.group}: ${result.name}`;
	const inReference = new Map(reference.results.map((result) => [key(result), result]));
	const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
	const said = (result: Result | undefined) => (result === undefined ? 'not tried' : result.yes ? 'yes' : '**no**');
	const rows = shoal.results.map((result) => {
		const other = inReference.get(key(result));
		const why = [
			result.yes ? undefined : (reasons[result.name] ?? result.because),
			other?.yes === false ? `reference: ${ofReference[result.name] ?? other.because}` : undefined,
		].filter((text) => text !== undefined);
		return `| ${cell(key(result))} | ${said(other)} | ${said(result)} | ${cell(why.join('; '))} |`;
	});
	const differing = shoal.results.filter((result) => inReference.get(key(result))?.yes === !result.yes).length;
	return [
		'# The same behaviours on a stock Debian host',
		'',
		'Written by `npm run conformance -- --host vm`: the suite runs in a virtual machine, once with reference nodes and once',
		`with Shoal's; each row shows its newest try. Reference: ${reference.nodes}. **${totalOf(reference.results)}.**`,
		`Shoal: ${shoal.nodes}. **${totalOf(shoal.results)}.** Rows that differ: ${differing}.`,
		...(beside.results.length === 0
			? []
			: [`Reference nodes with Shoal's mesh running, which leaves them to IPVS: **${totalOf(beside.results)}.**`]),
		'',
		'| behaviour | reference | Shoal | |',
		'|---|---|---|---|',
		...rows,
		'',
	].join('\n');
}
