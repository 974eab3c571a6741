// Images: built on the engine from folders with a Dockerfile, once per content; kept as tars beside the engine.
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LabError } from '#contract/errors.ts';
import { drain, ensureBaseImage } from './base-image.ts';
import { bounded } from './calls.ts';
import { lastLines } from './command.ts';
import type { DockerEngine } from './docker-engine.ts';
import { sourceHash, sourceLabel } from './image-hash.ts';

const buildTimeoutMs = 1_200_000;
const loadTimeoutMs = 600_000;
/** This version's and the one before, for going back and forth between two. */
const keptNodeTars = 2;

/** An image that Shoal builds. */
export interface ImageSource {
	/** `carmeloc/goweb:1.0` */
	reference: string;
	/** Folder with the Dockerfile. */
	folder: string;
	/** Hash of the folder's contents. */
	hash: string;
}

/** The node image, named after its content: `shoal/node:3f2a...`. */
export async function nodeImageSource(project: string): Promise<ImageSource> {
	const folder = `${project}/infra/node`;
	const hash = await sourceHash(folder);
	return { reference: `shoal/node:${hash}`, folder, hash };
}

/**
 * The images of a course: every folder of `<labs>/images` whose Dockerfile's first line says `# image: name:tag`.
 * Throws `engine.build` for a Dockerfile that does not say its name.
 */
export async function lessonImageSources(labs: string): Promise<ImageSource[]> {
	const root = join(labs, 'images');
	const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
	const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
	const sources = await Promise.all(
		folders.sort().map(async (folder) => {
			const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8').catch(() => undefined);
			if (dockerfile === undefined) return [];
			const reference = imageNameOf(dockerfile);
			if (reference === undefined) {
				const output = `The first line of ${folder}/Dockerfile should say its name: # image: name:tag`;
				throw new LabError('engine.build', { image: folder, output });
			}
			return [{ reference, folder, hash: await sourceHash(folder) }];
		}),
	);
	return sources.flat();
}

/** `carmeloc/goweb:1.0`, from a Dockerfile's first line `# image: carmeloc/goweb:1.0`. */
export function imageNameOf(dockerfile: string): string | undefined {
	return /^#\s*image:\s*([a-z0-9][a-z0-9._/-]*:[A-Za-z0-9_][A-Za-z0-9_.-]*)\s*$/.exec(
		dockerfile.split('\n')[0] ?? '',
	)?.[1];
}

/** Makes sure that the engine has the image as it is now: there already, loaded from the cache, or built. */
export async function ensureImage(
	engine: DockerEngine,
	source: ImageSource,
	cache: string,
	onLine: (line: string) => void,
	signal?: AbortSignal,
): Promise<void> {
	signal?.throwIfAborted();
	if ((await labelOf(engine, source.reference)) === source.hash) return;
	const tar = await imageTar(engine, source, cache);
	if (await exists(tar)) {
		onLine(`loading ${source.reference}`);
		await load(engine, tar);
		if ((await labelOf(engine, source.reference)) === source.hash) return;
	}
	await ensureBaseImage(engine, cache, onLine, signal);
	await build(engine, source, onLine, signal);
	await save(engine, source.reference, tar);
}

/**
 * Removes node images of other contents than this one from the engine, and all but the newest few from the cache: half a
 * gigabyte each. One that a node still runs from stays.
 */
export async function forgetOldNodeImages(engine: DockerEngine, current: ImageSource, cache: string): Promise<void> {
	const images = await engine.docker.listImages({ filters: { reference: ['shoal/node'] } });
	const old = images.filter((image) => !image.RepoTags?.includes(current.reference));
	await Promise.all(
		old.map((image) =>
			engine.docker
				.getImage(image.Id)
				.remove()
				.catch(() => {}),
		),
	);
	const folder = `${cache}/images`;
	const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('shoal_node_'));
	const dated = await Promise.all(
		names.map(async (name) => ({ name, ms: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
	);
	const tooMany = dated.sort((one, other) => other.ms - one.ms).slice(keptNodeTars);
	await Promise.all(tooMany.map(({ name }) => rm(join(folder, name), { force: true })));
}

/** The cached `docker save` tar of an image; nodes are given lesson images from it. Made when missing. */
export async function ensureImageTar(engine: DockerEngine, source: ImageSource, cache: string): Promise<string> {
	const tar = await imageTar(engine, source, cache);
	if (!(await exists(tar))) await save(engine, source.reference, tar);
	return tar;
}

async function imageTar(engine: DockerEngine, source: ImageSource, cache: string): Promise<string> {
	const { architecture } = await engine.facts();
	return `${cache}/images/${source.reference.replaceAll(/[/:]/g, '_')}-${source.hash}-${architecture}.tar`;
}

async function build(
	engine: DockerEngine,
	source: ImageSource,
	onLine: (line: string) => void,
	signal: AbortSignal | undefined,
): Promise<void> {
	const { reference, folder, hash } = source;
	const lines: string[] = [];
	const hear = (line: string) => {
		lines.push(line);
		onLine(line);
	};
	try {
		await bounded(`building ${reference}`, { timeoutMs: buildTimeoutMs, signal }, async (abortSignal) => {
			const options = {
				t: reference,
				labels: { [sourceLabel]: hash },
				rm: true,
				forcerm: true,
				abortSignal,
			};
			const progress = await engine.docker.buildImage({ context: folder, src: ['.'] }, options);
			abortSignal.addEventListener('abort', () => (progress as NodeJS.ReadableStream & { destroy(): void }).destroy());
			await drain(progress, hear);
		});
	} catch (error) {
		signal?.throwIfAborted();
		if (error instanceof LabError && error.code === 'engine.unreachable') throw error;
		const reason = error instanceof Error ? error.message : String(error);
		throw new LabError(
			'engine.build',
			{ image: reference, output: `${lastLines(lines.join('\n'), 15)}\n${reason}` },
			{ cause: error },
		);
	}
}

async function load(engine: DockerEngine, tar: string): Promise<void> {
	await bounded('loading an image', { timeoutMs: loadTimeoutMs }, async () => {
		await drain(await engine.docker.loadImage(createReadStream(tar), { quiet: true }));
	});
}

async function save(engine: DockerEngine, reference: string, tar: string): Promise<void> {
	await mkdir(tar.slice(0, tar.lastIndexOf('/')), { recursive: true });
	const unfinished = `${tar}.${process.pid}`;
	try {
		await pipeline(await engine.saveImage(reference), createWriteStream(unfinished));
		await rename(unfinished, tar);
	} finally {
		await rm(unfinished, { force: true });
	}
}

async function labelOf(engine: DockerEngine, reference: string): Promise<string | undefined> {
	if (!(await engine.hasImage(reference))) return undefined;
	const { Config } = await engine.docker.getImage(reference).inspect();
	return Config.Labels?.[sourceLabel];
}

const exists = (path: string) =>
	access(path).then(
		() => true,
		() => false,
	);
