// Opens the engine with everything that Shoal's nodes in the suite need: the node image and the images of the services.
import type { Config } from '#runner/config.ts';
import type { DockerEngine } from '#runner/engine/docker-engine.ts';
import { ensureImage, ensureImageTar, lessonImageSources } from '#runner/engine/images.ts';
import { openEngine } from '#runner/engine/open-engine.ts';
import { type Report, stage } from '#runner/engine/stages.ts';
import { type ShoalNodesOptions, shoalNodes } from './shoal-nodes.ts';

/** Close the engine when done. */
export async function openShoalNodes(
	config: Config,
	report: Report,
	options: Pick<ShoalNodesOptions, 'slowness' | 'onProblem'>,
): Promise<{ engine: DockerEngine; makeCluster: ReturnType<typeof shoalNodes> }> {
	const { engine, nodeImage, lessonImages } = await openEngine(config, report);
	const { project, cache } = config.directories;
	const images = new Map(lessonImages);
	await stage(report, 'Conformance images', async () => {
		for (const source of await lessonImageSources(`${project}/test/conformance`)) {
			await ensureImage(engine, source, cache, report.line);
			images.set(source.reference, await ensureImageTar(engine, source, cache));
		}
	});
	return { engine, makeCluster: shoalNodes({ engine, instance: config.instance, nodeImage, images, ...options }) };
}
