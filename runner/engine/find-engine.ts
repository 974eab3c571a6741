// Finding an engine: the one that is given, or why there is none and what to do.
import { access } from 'node:fs/promises';
import { LabError } from '#contract/errors.ts';
import { type DockerEngine, dockerEngine } from './docker-engine.ts';
import { embeddedRuns, startEmbedded } from './embedded/embedded.ts';
import { engineLayout } from './embedded/layout.ts';
import type { EngineConfig } from './open-engine.ts';
import type { Report } from './stages.ts';

const usualSocket = '/var/run/docker.sock';
const firstAnswerMs = 60_000;

/** The engine of the configuration, started when it is the embedded one, and answering. Throws `engine.missing`. */
export async function findEngine(config: EngineConfig, report: Report, signal?: AbortSignal): Promise<DockerEngine> {
	if (config.engine.kind === 'given') return givenEngine(config);
	refuseWhereImpossible();
	const engine = dockerEngine('embedded', await startEmbedded(config, report, signal));
	// Newer dockerds open their socket some seconds before they serve it; on a slow host that is no failure.
	await engine.ping({ timeoutMs: firstAnswerMs });
	return engine;
}

/** The engine if it is there already; starts nothing. */
export async function runningEngine(config: EngineConfig): Promise<DockerEngine | undefined> {
	if (config.engine.kind === 'given') return givenEngine(config).catch(() => undefined);
	if (!(await embeddedRuns(config))) return undefined;
	const engine = dockerEngine('embedded', `unix://${engineLayout(config).socket}`);
	return engine.ping().then(
		() => engine,
		() => undefined,
	);
}

async function givenEngine(config: EngineConfig): Promise<DockerEngine> {
	const address = config.engine.dockerHost ?? `unix://${usualSocket}`;
	const remedy =
		process.platform === 'linux'
			? 'Install one ("apt-get install docker.io" on Debian and Ubuntu), start Shoal as root to let it bring its own, or name one with DOCKER_HOST.'
			: 'Install and start Docker Desktop, or name an engine with DOCKER_HOST.';
	if (
		!config.engine.dockerHost &&
		!(await access(usualSocket).then(
			() => true,
			() => false,
		))
	) {
		throw new LabError('engine.missing', { reason: `there is no ${usualSocket}, and DOCKER_HOST is not set.`, remedy });
	}
	const engine = dockerEngine('given', address);
	await engine.ping().catch((cause: unknown) => {
		const why = cause instanceof LabError ? String(cause.details.reason ?? cause.message) : String(cause);
		const denied = /EACCES/.test(why);
		const mend = denied ? 'Add yourself to the group "docker" and log in again, or start Shoal as root.' : remedy;
		throw new LabError('engine.missing', { reason: `${address} does not answer (${why}).`, remedy: mend }, { cause });
	});
	return engine;
}

function refuseWhereImpossible(): void {
	const remedy = 'Start Shoal as root on Linux, or start a Docker Engine and set SHOAL_ENGINE=given.';
	if (process.platform !== 'linux')
		throw new LabError('engine.missing', { reason: 'its own engine needs Linux.', remedy });
	if (process.getuid?.() !== 0) throw new LabError('engine.missing', { reason: 'its own engine needs root.', remedy });
}
