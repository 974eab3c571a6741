// On an engine: benchmarks run on an instance of their own, which is stopped afterwards, or on the one that SHOAL_INSTANCE names.
import { createReadStream } from 'node:fs';
import { systemClock } from '#runner/clock.ts';
import { type Config, formatConfigProblems, readConfig } from '#runner/config.ts';
import { type OpenedEngine, openEngine, stopEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import type { ClusterHost } from '#runner/sandbox/cluster-access.ts';
import { engineHost } from '#runner/sandbox/engine-host.ts';

export interface BenchEngine extends AsyncDisposable {
	config: Config;
	opened: OpenedEngine;
	host: ClusterHost;
}

export async function benchEngine(progress: (line: string) => void): Promise<BenchEngine> {
	const isOwn = process.env.SHOAL_INSTANCE === undefined;
	const read = readConfig({ SHOAL_INSTANCE: 'bench', ...process.env });
	if (!read.ok) throw new Error(formatConfigProblems(read.problems));
	const { config } = read;
	progress(`opening the engine of instance "${config.instance}"`);
	const opened = await openEngine(config, silent);
	const host = engineHost({
		engine: opened.engine,
		instance: config.instance,
		subnets: config.subnets,
		nodeImage: opened.nodeImage,
		limits: config.limits.node,
		maxSandboxes: undefined,
		openImage: async (reference) => createReadStream(opened.lessonImages.get(reference) ?? `no tar of ${reference}`),
		clock: systemClock,
	});
	return {
		config,
		opened,
		host,
		async [Symbol.asyncDispose]() {
			await opened.engine.close();
			if (isOwn) await stopEngine(config, silent);
		},
	};
}
