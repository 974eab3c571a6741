// In VM: the suite on a stock Debian 13 (cgroup v2, systemd, AppArmor, IPVS), with Shoal's nodes and with reference nodes,
// and what differs between the two.
//
// The VM is an emulated machine and takes an hour or two. So every result is kept in results-vm.json when it is known: a
// run that is broken off loses nothing, and a run of one group or row replaces what was known of it.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { Config } from '#runner/config.ts';
import { ensureImages } from '../vm/images.ts';
import { runInVm } from '../vm/run-in-vm.ts';
import { type Kept, keep, runOf } from './kept.ts';
import { reasons, reasonsOfReference } from './reasons.ts';
import { comparisonOf, lineOf, type Run, totalOf } from './report.ts';
import { groups } from './rows/groups.ts';
import { routingMesh } from './rows/networking.ts';
import type { Result } from './suite.ts';

/** Both ways, at most this long: an emulated CPU does a sixteenth of the work. */
const timeoutMs = 4 * 3600_000;

const kept = new URL('results-vm.json', import.meta.url);
const page = new URL('RESULTS-VM.md', import.meta.url);

/**
 * Runs the suite in a VM, once for each profile (`shoal`, `reference`, `beside`), and writes the page. Resolves with the exit
 * code: 0 when every behaviour holds in Shoal's nodes or has a reason.
 */
export async function conformanceInVm(options: {
	config: Config;
	profiles: string[];
	group: string | undefined;
	row: string | undefined;
}): Promise<number> {
	const { directories } = options.config;
	const report = (line: string) => console.log(line);
	await ensureImages(options.config, report);
	let known: Kept = JSON.parse(await readFile(kept, 'utf8').catch(() => '{}'));
	const stdout = new PassThrough();
	const told = (async () => {
		for await (const line of createInterface({ input: stdout })) {
			const { profile, nodes, result }: { profile: string; nodes: string; result: Result } = JSON.parse(line);
			console.log(`${profile}: ${lineOf(result)}`);
			known = keep(known, profile, nodes, result);
			await writeWhole(kept, `${JSON.stringify(known, null, '\t')}\n`);
		}
	})();
	try {
		await runInVm({
			cacheDir: directories.cache,
			projectDir: directories.project,
			command: ({ slowness }) => {
				const chosen = [
					...(options.group === undefined ? [] : ['--group', options.group]),
					...(options.row === undefined ? [] : ['--row', options.row]),
				];
				const suite = ['test/conformance/conformance.ts', '--lines', '--slowness', String(slowness), '--parallel', '1'];
				// Beside the mesh, what matters is what the mesh would do.
				const runs = options.profiles.map((profile) => [
					...['node', ...suite, '--nodes', profile, ...chosen],
					...(profile === 'beside' && chosen.length === 0 ? ['--group', routingMesh.name] : []),
				]);
				return ['bash', '-c', runs.map((run) => `${run.map(quoted).join(' ')};`).join(' ')];
			},
			timeoutMs,
			report,
			output: { stdout, stderr: process.stderr },
		});
	} finally {
		stdout.end();
		await told;
		const [shoal, reference, beside] = ['shoal', 'reference', 'beside'].map((profile) =>
			runOf(known, profile, groups),
		) as [Run, Run, Run];
		await writeFile(page, comparisonOf({ shoal, reference, beside }, reasons, reasonsOfReference));
		console.log(`Shoal's nodes: ${totalOf(shoal.results)}. Reference: ${totalOf(reference.results)}.`);
	}
	const shoal = runOf(known, 'shoal', groups);
	return shoal.results.every((result) => result.yes || result.name in reasons) ? 0 : 1;
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Never half a file, should the run be broken off. */
async function writeWhole(file: URL, text: string): Promise<void> {
	const unfinished = new URL(`${file.href}.unfinished`);
	await writeFile(unfinished, text);
	await rename(unfinished, file);
}
