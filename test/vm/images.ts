// Images: what the guest runs (nodes, lessons, the conformance suite), built here, because the guest has no network.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findEngine, runningEngine } from '#runner/engine/find-engine.ts';
import {
	ensureImage,
	ensureImageTar,
	type ImageSource,
	lessonImageSources,
	nodeImageSource,
} from '#runner/engine/images.ts';
import { type EngineConfig, stopEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import { type Report, stage } from './stage.ts';

/** Sources of every image that a command in the guest may need. */
export async function imageSources(projectDir: string): Promise<ImageSource[]> {
	return [
		await nodeImageSource(projectDir),
		...(await lessonImageSources(join(projectDir, 'labs'))),
		...(await lessonImageSources(join(projectDir, 'test/conformance'))),
	];
}

/** Of the files in the cache directory's `images/`, those of these sources. Older builds of them stay behind. */
export async function imageFiles(cacheDir: string, sources: ImageSource[]): Promise<string[]> {
	const files = await readdir(join(cacheDir, 'images')).catch(() => []);
	const wanted = files.filter((file) =>
		sources.some(({ hash }) => file.includes(`-${hash}-`) && file.endsWith('.tar')),
	);
	return wanted.map((file) => join(cacheDir, 'images', file));
}

/**
 * Builds what is missing in the cache directory, on this machine's engine: the one that runs, or else one that is
 * started for it and stopped afterwards.
 */
export async function ensureImages(config: EngineConfig, report: Report): Promise<void> {
	const { project, cache } = config.directories;
	const sources = await imageSources(project);
	const missing: ImageSource[] = [];
	for (const source of sources) if ((await imageFiles(cache, [source])).length === 0) missing.push(source);
	if (missing.length === 0) return;
	await stage(report, `images ${missing.map(({ reference }) => reference).join(', ')}`, async () => {
		const running = await runningEngine(config);
		const engine = running ?? (await findEngine(config, silent));
		try {
			for (const source of missing) {
				await ensureImage(engine, source, cache, () => {});
				await ensureImageTar(engine, source, cache);
			}
		} finally {
			await engine.close();
			if (!running && config.engine.kind === 'embedded') await stopEngine(config, silent);
		}
	});
}
