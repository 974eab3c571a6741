// Image hash: names an image by what it is built from, so that it is built once.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** On every image that Shoal builds: the hash of its source. */
export const sourceLabel = 'shoal.source';

/** Hash of a folder's files (paths, whether executable, contents) and of `extra`. 12 hexadecimal digits. */
export async function sourceHash(folder: string, extra: string[] = []): Promise<string> {
	const hash = createHash('sha256');
	for (const part of extra) hash.update(`${part}\0`);
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
		.sort();
	for (const file of files) {
		const executable = ((await stat(join(folder, file))).mode & 0o111) !== 0;
		hash.update(`${file}\0${executable ? 'x' : '-'}\0`);
		hash.update(
			createHash('sha256')
				.update(await readFile(join(folder, file)))
				.digest(),
		);
	}
	return hash.digest('hex').slice(0, 12);
}
