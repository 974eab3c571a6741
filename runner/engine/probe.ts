// Probe: what an engine only shows when it starts a container: which capabilities it can grant, and who root is.
import type Dockerode from 'dockerode';
import { LabError } from '#contract/errors.ts';
import { statusOf } from './calls.ts';
import { type DockerInfo, type Probed, remappedUidOf, uidFromMap, userNamespaces } from './facts.ts';
import { sourceLabel } from './image-hash.ts';

/** Tried in this order; a sandboxed host often lacks the second, and then an engine cannot grant "all". */
const dropSets: string[][] = [[], ['SYS_RESOURCE'], ['SYS_RESOURCE', 'SYS_MODULE', 'SYS_RAWIO', 'MKNOD', 'SYS_TIME']];

/**
 * Finds out by trying with an image of Shoal's own. `tried` is false when there is no such image yet.
 * Throws `engine.refused` when no set of capabilities works.
 */
export async function probe(
	docker: Dockerode,
	info: DockerInfo,
	abortSignal: AbortSignal,
): Promise<Probed & { tried: boolean }> {
	const namespaces = userNamespaces(info);
	const uid = remappedUidOf(info);
	// A user namespace has all capabilities; nothing to try when the uid is known too.
	if (namespaces === 'remap' && uid !== undefined) return { dropCapabilities: [], remappedUid: uid, tried: true };
	const [image] = await docker.listImages({ filters: { label: [sourceLabel], dangling: ['false'] } });
	if (!image) return { dropCapabilities: [], tried: false };
	let refusal: unknown;
	for (const dropCapabilities of dropSets) {
		try {
			const map = await runContainer(docker, abortSignal, {
				Image: image.Id,
				Cmd: ['cat', '/proc/self/uid_map'],
				HostConfig: {
					CapAdd: ['ALL'],
					CapDrop: dropCapabilities,
					SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
				},
			});
			return { dropCapabilities, remappedUid: uidFromMap(map), tried: true };
		} catch (error) {
			abortSignal.throwIfAborted();
			if (statusOf(error) === undefined && !(error instanceof LabError)) throw error;
			refusal = error;
		}
	}
	throw refusal;
}

/** Runs a container without a network to its end and removes it. Resolves with its output; throws `engine.refused` unless it exits with 0. */
export async function runContainer(
	docker: Dockerode,
	abortSignal: AbortSignal,
	request: Dockerode.ContainerCreateOptions,
): Promise<string> {
	const container = await docker.createContainer({
		...request,
		Entrypoint: [],
		Tty: true,
		HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'json-file', Config: {} }, ...request.HostConfig },
		abortSignal,
	});
	try {
		await container.start({ abortSignal });
		const { StatusCode } = (await container.wait()) as { StatusCode: number };
		// With a terminal the log is plain bytes.
		const output = ((await container.logs({ stdout: true, stderr: true })) as Buffer).toString('utf8');
		if (StatusCode !== 0) throw new LabError('engine.refused', { doing: 'a helper container', reason: output.trim() });
		return output;
	} finally {
		await container.remove({ force: true, v: true }).catch(() => {});
	}
}
