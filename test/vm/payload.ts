// Payload: what a VM gets to see of this machine: node_modules and Shoal's built artefacts as disks, the project as a tar.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { artefact, hashOf } from './artefact.ts';
import { run } from './process.ts';
import type { Tools } from './tools.ts';

/** A disk image with the project's node_modules, made anew when the lock file changes. */
export async function modulesDisk(vmDir: string, projectDir: string, tools: Tools): Promise<string> {
	const lock = await readFile(join(projectDir, 'package-lock.json'), 'utf8');
	const source = join(projectDir, 'node_modules');
	return await artefact(vmDir, 'modules', hashOf(lock), (path) => makeFileSystem({ tools, source, image: path }));
}

/**
 * A disk image with everything in Shoal's cache directory (root file systems and images, named by content hash), so that
 * the guest builds nothing and needs no network. Made anew when a file there is new, gone, or of another size.
 */
export async function artefactsDisk(vmDir: string, cacheDir: string, tools: Tools): Promise<string> {
	const entries = await readdir(cacheDir, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	const wanted = files.filter((file) => !file.startsWith(`${vmDir}/`)).sort();
	const facts = await Promise.all(wanted.map(async (file) => `${file} ${(await stat(file)).size}`));
	return await artefact(vmDir, 'artefacts', hashOf(...facts), (path) =>
		makeFileSystem({ tools, source: cacheDir, without: 'vm', image: path }),
	);
}

/** An ext4 image with a copy of a directory, and as much room again for what the guest writes there. */
async function makeFileSystem(options: {
	tools: Tools;
	source: string;
	without?: string;
	image: string;
}): Promise<void> {
	const { tools, source, without, image } = options;
	// The tools have a mount namespace of their own: what is mounted here is seen by nobody else, and ends with it.
	const script = [
		'set -e',
		'mount --bind "$0" /mnt',
		'[ -z "$2" ] || mount -t tmpfs none "/mnt/$2"',
		'megabytes=$(du -sm /mnt | cut -f1)',
		'mke2fs -q -t ext4 -m 0 -i 8192 -O ^has_journal -d /mnt "$1" "$((megabytes * 2 + 256))M"',
	].join('\n');
	await tools.run(['sh', '-c', script, source, image, without ?? ''], { timeoutMs: 300_000, shared: [source] });
}

/**
 * The project as a tar: what git tracks and what it would track, as it is in the work tree now, so that a change need
 * not be committed to be tried. A directory that is no git repository is packed whole, without node_modules.
 */
export function projectTar(projectDir: string): { tar: Readable; done: Promise<void> } {
	const script = [
		'set -e',
		'if git rev-parse --git-dir >/dev/null 2>&1; then git ls-files -z --cached --others --exclude-standard',
		'else find . -path ./node_modules -prune -o -type f -print0; fi | tar -c --null --ignore-failed-read -T - 2>/dev/null',
	].join('\n');
	const tar = new PassThrough();
	const done = run(['sh', '-c', script], { cwd: projectDir, timeoutMs: 60_000, stdout: tar }).then(
		() => void tar.end(),
		(cause) => {
			tar.destroy();
			throw cause;
		},
	);
	return { tar, done };
}
