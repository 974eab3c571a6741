// Payload: what a VM gets to see of this machine: node_modules and Shoal's built artefacts as disks, the project as a tar.
import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { artefact, hashOf } from './artefact.ts';
import { run } from './process.ts';
import type { Tools } from './tools.ts';

/** A disk image with the project's node_modules, made anew when others are installed. */
export async function modulesDisk(vmDir: string, projectDir: string, tools: Tools): Promise<string> {
	const source = join(projectDir, 'node_modules');
	// npm writes this one last, with what it has really installed.
	const installed = await readFile(join(source, '.package-lock.json'), 'utf8');
	return await artefact(vmDir, 'modules', hashOf(installed), (path) => makeFileSystem(tools, source, path));
}

/**
 * A disk image with the images' tars of Shoal's cache directory, as `images/`, so that the guest builds nothing. Made
 * anew when they are others; the names have the hashes of the contents.
 */
export async function artefactsDisk(vmDir: string, images: string[], tools: Tools): Promise<string> {
	return await artefact(vmDir, 'artefacts', hashOf(...images), async (path) => {
		const staging = `${path}-staging`;
		await mkdir(join(staging, 'images'), { recursive: true });
		// A hard link, so that nothing is copied twice; the cache directory is one file system.
		for (const image of images) await link(image, join(staging, 'images', basename(image)));
		try {
			await makeFileSystem(tools, staging, path);
		} finally {
			await rm(staging, { recursive: true, force: true });
		}
	});
}

/** An ext4 image with a copy of a directory, and as much room again for what the guest writes there. */
async function makeFileSystem(tools: Tools, source: string, image: string): Promise<void> {
	const script = [
		'megabytes=$(du -sm "$0" | cut -f1)',
		'mke2fs -q -t ext4 -m 0 -i 8192 -O ^has_journal -d "$0" "$1" "$((megabytes * 2 + 256))M"',
	].join('\n');
	await tools.run(['sh', '-e', '-c', script, source, image], { timeoutMs: 300_000, shared: [source] });
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
