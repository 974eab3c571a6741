// Opens the engine with everything that nodes in the suite need: the node image and the images of the services.
import type { Config } from '#runner/config.ts';
import type { DockerEngine } from '#runner/engine/docker-engine.ts';
import { ensureImage, ensureImageTar, lessonImageSources } from '#runner/engine/images.ts';
import { openEngine } from '#runner/engine/open-engine.ts';
import { type Report, stage } from '#runner/engine/stages.ts';
import type { MakeCluster } from './cluster.ts';
import type { ShoalNodesOptions } from './shoal-nodes.ts';

type Make = (options: Omit<ShoalNodesOptions, 'engine'> & { engine: DockerEngine }) => MakeCluster;

export interface OpenNodesOptions extends Pick<ShoalNodesOptions, 'slowness' | 'onProblem' | 'mesh'> {
	/** Names of the images that clusters will be given. */
	images: string[];
}

/** The way to make clusters, on an opened engine. Close the engine when done. */
export async function openNodes(
	config: Config,
	report: Report,
	make: Make,
	{ images: wanted, ...options }: OpenNodesOptions,
): Promise<{ engine: DockerEngine; makeCluster: MakeCluster }> {
	const { engine, nodeImage, lessonImages } = await openEngine(config, report);
	const { project, cache } = config.directories;
	const images = new Map(lessonImages);
	await stage(report, 'Conformance images', async () => {
		for (const source of await lessonImageSources(`${project}/test/conformance`)) {
			if (!wanted.includes(source.reference)) continue;
			await ensureImage(engine, source, cache, report.line);
			images.set(source.reference, await ensureImageTar(engine, source, cache));
		}
	});
	return { engine, makeCluster: make({ engine, instance: config.instance, nodeImage, images, ...options }) };
}
