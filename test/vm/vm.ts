// VM: `node test/vm/vm.ts [--minutes N] [--] command...` tries a command in a fresh stock Debian 13.
import { parseArgs } from 'node:util';
import { formatConfigProblems, readConfig } from '#runner/config.ts';
import { ensureImages } from './images.ts';
import { runInVm } from './run-in-vm.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		minutes: { type: 'string', default: '30' },
		cpus: { type: 'string', default: '2' },
		memory: { type: 'string', default: '6144' },
	},
});
const configured = readConfig(process.env);
if (!configured.ok) {
	console.error(formatConfigProblems(configured.problems));
	process.exit(2);
}
const { directories } = configured.config;
const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
process.on('SIGTERM', () => stop.abort());

const report = (line: string) => console.error(line);
await ensureImages(configured.config, report);
const { exitCode } = await runInVm({
	cacheDir: directories.cache,
	projectDir: directories.project,
	command: positionals.length > 0 ? positionals : ['uname', '-a'],
	timeoutMs: Number(values.minutes) * 60_000,
	cpus: Number(values.cpus),
	memoryMb: Number(values.memory),
	report,
	signal: stop.signal,
});
process.exitCode = exitCode;
