// Artefact: something slow to make, kept in the cache directory under a name that has the hash of what it is made from.
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A short hash of texts, for names. */
export function hashOf(...parts: string[]): string {
	return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

/**
 * The path of `<cacheDir>/<name>-<key>`, made by `make` when it is not there. A half-made one never has the final name,
 * and once a new one is complete, those of other keys are removed.
 */
export async function artefact(
	cacheDir: string,
	name: string,
	key: string,
	make: (path: string) => Promise<void>,
): Promise<string> {
	const path = join(cacheDir, `${name}-${key}`);
	const there = await stat(path).catch(() => undefined);
	if (there) return path;
	await mkdir(cacheDir, { recursive: true });
	const unfinished = join(cacheDir, `unfinished-${name}-${process.pid}`);
	await rm(unfinished, { recursive: true, force: true });
	try {
		await make(unfinished);
		await rename(unfinished, path);
	} finally {
		await rm(unfinished, { recursive: true, force: true });
	}
	const old = (await readdir(cacheDir)).filter((entry) => entry.startsWith(`${name}-`) && entry !== `${name}-${key}`);
	for (const entry of old) await rm(join(cacheDir, entry), { recursive: true, force: true });
	return path;
}
