// Removing everything: the way back to a machine on which this instance of Shoal never was.
import { rm } from 'node:fs/promises';
import type { DockerEngine } from './docker-engine.ts';
import { removeEmbedded } from './embedded/embedded.ts';
import { runningEngine } from './find-engine.ts';
import { sourceLabel } from './image-hash.ts';
import { type EngineConfig, removeOnEngine } from './open-engine.ts';
import { type Report, stage } from './stages.ts';

/**
 * Removes containers, networks, volumes, images, daemons, mounts, rules, namespace, kernel settings, user and data of
 * this instance, and with the last instance the cache too. Learners' progress in the state folder goes as well.
 * Resolves with sentences on what stays on purpose.
 */
export async function removeEverything(config: EngineConfig, report: Report): Promise<string[]> {
	const { state, run, cache } = config.directories;
	const stays: string[] = [];
	let last = true;
	await stage(report, 'Containers and networks', async () => {
		const engine = await runningEngine(config);
		if (!engine) return;
		await removeOnEngine(engine, config.instance);
		if (engine.kind === 'given') await removeImages(engine);
	});
	if (config.engine.kind === 'embedded') {
		await stage(report, 'Engine', async () => {
			const outcome = await removeEmbedded(config);
			last = outcome.last;
			if (outcome.packages.length > 0) {
				stays.push(`Debian's packages stay; to remove them: apt-get purge ${outcome.packages.join(' ')}`);
			}
		});
	}
	await stage(report, 'Files', async () => {
		await rm(state, { recursive: true, force: true });
		await rm(run, { recursive: true, force: true });
		if (last) await rm(cache, { recursive: true, force: true });
		else stays.push(`Other instances of Shoal are on this machine, so ${cache} stays.`);
	});
	return stays;
}

/** Images that Shoal built. On an embedded engine they go with its data. */
async function removeImages(engine: DockerEngine): Promise<void> {
	const images = await engine.docker.listImages({ filters: { label: [sourceLabel] } });
	for (const image of images) await engine.docker.getImage(image.Id).remove({ force: true });
}
