// In VM: the whole suite on a stock Debian 13 (cgroup v2, systemd, AppArmor, IPVS), with Shoal's nodes and with reference
// nodes, and what differs between the two.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '#runner/config.ts';
import { ensureImages } from '../vm/images.ts';
import { runInVm } from '../vm/run-in-vm.ts';
import { reasons } from './reasons.ts';
import { comparisonOf, type Run, totalOf } from './report.ts';

/** Both ways, at most this long: an emulated CPU does a sixteenth of the work. */
const timeoutMs = 4 * 3600_000;

/** Runs the suite both ways in a VM. Resolves with the exit code: 0 when every difference has a reason. */
export async function conformanceInVm(options: {
	config: Config;
	group: string | undefined;
	row: string | undefined;
}): Promise<number> {
	const { directories } = options.config;
	const report = (line: string) => console.log(line);
	await ensureImages(options.config, report);
	const results = await mkdtemp(join(tmpdir(), 'conformance-'));
	try {
		await runInVm({
			cacheDir: directories.cache,
			projectDir: directories.project,
			command: ({ slowness }) => {
				const chosen = [
					...(options.group === undefined ? [] : ['--group', options.group]),
					...(options.row === undefined ? [] : ['--row', options.row]),
				];
				const both = 'for nodes in shoal reference; do node "$0" --nodes $nodes --json /tmp/$nodes.json "$@"; done';
				const suite = ['test/conformance/conformance.ts', '--slowness', String(slowness), '--parallel', '1', ...chosen];
				return ['bash', '-c', both, ...suite];
			},
			timeoutMs,
			copyOut: ['/tmp/shoal.json', '/tmp/reference.json'].map((from) => ({ from, to: results })),
			report,
		});
		const read = async (name: string): Promise<Run> => JSON.parse(await readFile(join(results, name), 'utf8'));
		const [shoal, reference] = await Promise.all([read('shoal.json'), read('reference.json')]);
		const whole = options.group === undefined && options.row === undefined;
		const page = comparisonOf(shoal, reference, reasons);
		if (whole) await writeFile(new URL('RESULTS-VM.md', import.meta.url), page);
		else console.log(page);
		console.log(`Shoal's nodes: ${totalOf(shoal.results)}. Reference: ${totalOf(reference.results)}.`);
		return shoal.results.every((result) => result.yes || result.name in reasons) ? 0 : 1;
	} finally {
		await rm(results, { recursive: true, force: true });
	}
}
