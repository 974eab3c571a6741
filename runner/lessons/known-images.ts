// Known images: what the folders of labs/images/ build, by the name in the first line of each Dockerfile.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from './problem.ts';

export interface LabImage {
	/** `carmeloc/goweb:1.0`. */
	name: string;
	/** Folder with the Dockerfile, which is also its build context. */
	directory: string;
}

/** The images of a labs folder, by name; none when it has no folder `images`. A Dockerfile without a name is a problem. */
export async function readKnownImages(labs: string): Promise<{ images: LabImage[]; problems: Problem[] }> {
	const root = join(labs, 'images');
	const entries = await readdir(root, { withFileTypes: true }).catch(ignoreMissing([]));
	const images: LabImage[] = [];
	const problems: Problem[] = [];
	for (const entry of entries.filter((each) => each.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
		const file = join(root, entry.name, 'Dockerfile');
		const text = await readFile(file, 'utf8').catch(ignoreMissing(undefined));
		if (text === undefined) continue;
		const name = imageName(text);
		if (name) images.push({ name, directory: join(root, entry.name) });
		else problems.push({ file, line: 1, column: 1, sourceLine: text.split('\n')[0] ?? '', message: namelessMessage });
	}
	return { images, problems };
}

const namelessMessage = 'the first line should say the name of the image: # image: name:tag';

/** `# image: carmeloc/goweb:1.0` -> `carmeloc/goweb:1.0`. */
export function imageName(dockerfile: string): string | undefined {
	return /^#\s*image:\s*(\S+:[\w.-]+)[ \t]*(?:\r?\n|$)/.exec(dockerfile)?.[1];
}

/** What to take when a file or folder is not there; every other failure stays one. */
export function ignoreMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
	return (error) => {
		// The second is what a file gives that is asked for what is in it.
		if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return instead;
		throw error;
	};
}
