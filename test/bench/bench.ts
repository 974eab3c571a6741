// Bench: `npm run bench -- <name> [--json] [--runs N]` runs test/bench/<name>.ts and shows its figures.
import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Bench, summarise, table } from './figures.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { json: { type: 'boolean', default: false }, runs: { type: 'string' } },
});

const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.ts'));
const names = files
	.map((file) => file.replace(/\.ts$/, ''))
	.filter((name) => !['bench', 'figures', 'on-engine'].includes(name));
const [name] = positionals;
const runs = values.runs === undefined ? undefined : Number(values.runs);

if (name === undefined || !names.includes(name) || (runs !== undefined && !(Number.isInteger(runs) && runs > 0))) {
	console.error(`usage: npm run bench -- ${names.join('|')} [--json] [--runs N]`);
	process.exitCode = 2;
} else {
	const { bench } = (await import(`./${name}.ts`)) as { bench: Bench };
	const progress = (line: string) => process.stderr.write(`${line}\n`);
	const figures = await bench.run({ runs: runs ?? bench.runs, progress });
	const summaries = figures.map(summarise);
	console.log(values.json ? JSON.stringify({ bench: name, figures: summaries }) : table(summaries));
}
