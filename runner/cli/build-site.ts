// Builds the site when anything that it is made of has changed since the last build.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '#contract/errors.ts';
import type { Config } from '../config.ts';

/** Most that a build may take. A cold one takes about 10 s on two cores. */
const buildTimeoutMs = 300_000;

/** Builds `site/dist`, or leaves it when its inputs are unchanged. Throws `site.failed` with Astro's last words. */
export async function buildSite({ directories }: Config): Promise<'built' | 'unchanged'> {
	const stampFile = join(directories.project, 'node_modules/.cache/shoal-site');
	const stamp = await hashInputs(directories.project, directories.labs);
	const previous = await readFile(stampFile, 'utf8').catch(() => '');
	const complete = await readFile(join(directories.site, 'index.html')).then(
		() => true,
		() => false,
	);
	if (previous === stamp && complete) return 'unchanged';

	await astroBuild(directories.project, directories.labs);
	await mkdir(join(directories.project, 'node_modules/.cache'), { recursive: true });
	await writeFile(stampFile, stamp);
	return 'built';
}

async function hashInputs(project: string, labs: string): Promise<string> {
	const hash = createHash('sha256');
	const patterns: [string, string][] = [
		[project, 'site/{src,public}/**/*'],
		[project, 'site/*.{ts,mjs,json}'],
		[project, 'runner/{contract,lessons}/**/*.ts'],
		[project, 'package-lock.json'],
		[labs, '**/*.{mdx,yaml}'],
	];
	for (const [cwd, pattern] of patterns) {
		const files: string[] = [];
		for await (const entry of glob(pattern, { cwd, withFileTypes: true }))
			if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
		for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(file));
	}
	return hash.digest('hex');
}

async function astroBuild(project: string, labs: string): Promise<void> {
	const child = spawn(
		process.execPath,
		[join(project, 'node_modules/astro/bin/astro.mjs'), 'build', '--root', 'site'],
		{
			cwd: project,
			env: { ...process.env, LABS_DIR: labs, ASTRO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
			stdio: ['ignore', 'pipe', 'pipe'],
			timeout: buildTimeoutMs,
		},
	);
	let output = '';
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (chunk) => (output = (output + chunk).slice(-16_384)));
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
	if (code !== 0) throw new LabError('site.failed', { output: output.trim() || `it ended with ${code}` });
}
