// Opening an engine: the one way from the configuration to an engine that answers, with the images that nodes need.
import type { Config } from '../config.ts';
import type { DockerEngine } from './docker-engine.ts';
import { stopEmbedded } from './embedded/embedded.ts';
import { label, proofInstance } from './engine.ts';
import { findEngine, runningEngine } from './find-engine.ts';
import {
	ensureImage,
	ensureImageTar,
	forgetOldNodeImages,
	type ImageSource,
	lessonImageSources,
	nodeImageSource,
} from './images.ts';
import { type Report, stage } from './stages.ts';

/** What the engine's folder needs of the configuration. */
export type EngineConfig = Pick<Config, 'instance' | 'engine' | 'directories' | 'subnets'>;

export interface OpenedEngine {
	engine: DockerEngine;
	/** The image nodes are made of: `shoal/node:3f2a...`. */
	nodeImage: string;
	/** The course's own images, by name: `carmeloc/goweb:1.0` -> file with the `docker save` tar. */
	lessonImages: Map<string, string>;
}

/**
 * Finds or starts the engine and brings the node image and the course's images onto it. When `signal` fires, it rejects
 * at the next point where nothing is half done; `stopEngine` may follow then.
 */
export async function openEngine(config: EngineConfig, report: Report, signal?: AbortSignal): Promise<OpenedEngine> {
	const engine = await findEngine(config, report, signal);
	const { project, labs, cache } = config.directories;
	const node = await nodeImageSource(project);
	await stage(report, 'Node image', async () => {
		await ensureImage(engine, node, cache, report.line, signal);
		await forgetOldNodeImages(engine, node, cache);
	});
	const lessonImages = await stage(report, 'Lesson images', async () => {
		const tars = new Map<string, string>();
		for (const source of await lessonImageSources(labs))
			tars.set(source.reference, await readyTar(engine, source, cache, report, signal));
		return tars;
	});
	return { engine, nodeImage: node.reference, lessonImages };
}

async function readyTar(
	engine: DockerEngine,
	source: ImageSource,
	cache: string,
	report: Report,
	signal: AbortSignal | undefined,
): Promise<string> {
	await ensureImage(engine, source, cache, report.line, signal);
	return ensureImageTar(engine, source, cache);
}

/** Stops the embedded engine after removing what runs on it. A given engine keeps running without Shoal's containers. */
export async function stopEngine(config: EngineConfig, report: Report): Promise<void> {
	await stage(report, 'Stop engine', async () => {
		const engine = await runningEngine(config);
		if (engine) await removeOnEngine(engine, config.instance);
		if (config.engine.kind === 'embedded') await stopEmbedded(config);
	});
}

/** Removes this instance's containers (with their volumes) and networks. Repeats safely. */
export async function removeOnEngine(engine: DockerEngine, instance: string): Promise<void> {
	for (const owner of [instance, proofInstance(instance)]) {
		const labels = { [label.instance]: owner };
		const nodes = await engine.listNodes(labels);
		await Promise.all(nodes.map(({ id }) => engine.removeNode(id)));
		const networks = await engine.listNetworks(labels);
		await Promise.all(networks.map(({ id }) => engine.removeNetwork(id)));
		await engine.removeVolumes(labels);
	}
}
