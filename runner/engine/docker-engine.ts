// Docker engine: the Engine interface over dockerode.
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import Dockerode from 'dockerode';
import { LabError } from '#contract/errors.ts';
import { bounded, dockerMessage, statusOf, unless } from './calls.ts';
import { delegate, delegationScript } from './cgroup.ts';
import type { CallOptions, ContainerInfo, Engine, EngineFacts } from './engine.ts';
import { dial, openPipe, runExec } from './exec.ts';
import { type DockerInfo, type DockerVersion, readFacts } from './facts.ts';
import { type HostConfig, nodeContainer } from './node-container.ts';
import { openNodeEngine } from './node-engine.ts';
import { probe, runContainer } from './probe.ts';

const answerTimeoutMs = 15_000;
const startTimeoutMs = 60_000;
const stopGraceSeconds = 5;

/** The engine, and the dockerode it speaks through, for the parts of this folder that build images. */
export interface DockerEngine extends Engine {
	readonly docker: Dockerode;
	readonly kind: EngineFacts['kind'];
}

/** Speaks to the engine at an address such as `unix:///run/shoal/default/docker.sock`. Does not connect yet. */
export function dockerEngine(kind: EngineFacts['kind'], address: string): DockerEngine {
	const docker = new Dockerode(connectionOf(address));
	const within = <T>(doing: string, options: CallOptions | undefined, call: (signal: AbortSignal) => Promise<T>) =>
		bounded(doing, { timeoutMs: answerTimeoutMs, ...options }, call);
	let known: Promise<EngineFacts> | undefined;

	const askFacts = (options?: CallOptions): Promise<EngineFacts> =>
		within('asking for facts', { timeoutMs: startTimeoutMs, ...options }, async (signal) => {
			const [info, version] = await Promise.all([
				docker.info() as Promise<DockerInfo>,
				docker.version() as Promise<DockerVersion>,
			]);
			const probed = await probe(docker, info, signal);
			// Without an image there was nothing to try with: ask again next time.
			if (!probed.tried) known = undefined;
			return readFacts(info, version, kind, probed);
		});
	const facts = (options?: CallOptions): Promise<EngineFacts> => {
		known ??= askFacts(options);
		known.catch(() => {
			known = undefined;
		});
		return known;
	};

	/** Hands the node its cgroup, where the engine has not done so. */
	const delegateTo = async (id: string, signal: AbortSignal): Promise<void> => {
		const { remappedUid: uid, cgroup, cgroupDriver: driver } = await facts({ signal });
		if (uid === undefined || (cgroup === 2 && driver === 'systemd')) return;
		const { State, Image } = await docker.getContainer(id).inspect({ abortSignal: signal });
		if (State.Pid === 0) {
			throw new LabError('node.unreachable', { node: id.slice(0, 12), reason: `it ended with ${State.ExitCode}` });
		}
		const membership = await readFile(`/proc/${State.Pid}/cgroup`, 'utf8').catch(() => '');
		// A process of that number whose groups have the container's name: the engine is on this host.
		if (process.getuid?.() === 0 && membership.includes(id)) {
			const host = { cgroup, driver, uid, root: '/sys/fs/cgroup', delegateFile: '/sys/kernel/cgroup/delegate' };
			await delegate(membership, host);
			return;
		}
		await runContainer(docker, signal, {
			Image,
			Cmd: ['sh', '-c', delegationScript(State.Pid, uid, '/run/hostcgroup')],
			HostConfig: hostHelper('/sys/fs/cgroup:/run/hostcgroup'),
		});
	};

	const engine: DockerEngine = {
		docker,
		kind,
		facts,
		ping: (options) =>
			within('being asked whether it is there', { timeoutMs: 5000, ...options }, async () => {
				await docker.ping();
			}),

		createNetwork: (spec, options) =>
			within(`making network ${spec.name}`, options, async (signal) => {
				const network = await docker.createNetwork({
					Name: spec.name,
					Driver: 'bridge',
					Internal: spec.internal,
					Labels: spec.labels,
					IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet }] },
					CheckDuplicate: true,
					abortSignal: signal,
				});
				return network.id;
			}),
		removeNetwork: (id, options) =>
			within('removing a network', options, () => unless([404], docker.getNetwork(id).remove())),
		listNetworks: (labels, options) =>
			within('listing networks', options, async () => {
				const found = await docker.listNetworks({ filters: labelFilter(labels) });
				return found.map(({ Id, Name, IPAM, Labels }) => ({
					id: Id,
					name: Name,
					subnet: IPAM?.Config?.[0]?.Subnet ?? '',
					labels: Labels ?? {},
				}));
			}),

		startNode: (spec, options) =>
			within(`starting ${spec.hostname}`, { timeoutMs: startTimeoutMs, ...options }, async (signal) => {
				const request = nodeContainer(spec, await facts({ signal }));
				const container = await docker.createContainer({ ...request, abortSignal: signal });
				try {
					await container.start({ abortSignal: signal });
					await delegateTo(container.id, signal);
					return container.id;
				} catch (error) {
					await engine.removeNode(container.id).catch(() => {});
					throw error;
				}
			}),
		removeNode: (id, options) =>
			within('removing a node', { timeoutMs: startTimeoutMs, ...options }, (signal) =>
				// 409: somebody else is removing it already.
				unless([404, 409], docker.getContainer(id).remove({ force: true, v: true, abortSignal: signal })),
			),
		listNodes: (labels, options) =>
			within('listing nodes', options, async (signal) => {
				const found = await docker.listContainers({ all: true, filters: labelFilter(labels), abortSignal: signal });
				return found.map(toInfo);
			}),
		removeVolumes: (labels, options) =>
			within('removing volumes', options, async (signal) => {
				const { Volumes } = await docker.listVolumes({
					filters: { ...labelFilter(labels), dangling: ['true'] },
					abortSignal: signal,
				});
				const removals = (Volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove({ abortSignal: signal }));
				await Promise.all(removals.map((removal) => unlessSaid(/active mounts|in use|no such volume/i, removal)));
			}),
		setNode: (id, action, options) =>
			within(`doing "${action}" on a node`, { timeoutMs: startTimeoutMs, ...options }, async (signal) => {
				await act(docker.getContainer(id), action, signal);
				if (action === 'start' || action === 'restart') await delegateTo(id, signal);
			}),

		exec: (id, argv, options) => runExec(docker, id, argv, options),
		openPipe: (id, argv, options) => openPipe(docker, id, argv, options),
		dial: (id, target, options) => dial(docker, id, target, options),
		nodeEngine: (id) => openNodeEngine(engine, id),

		hasImage: (reference, options) =>
			within(`looking for image ${reference}`, options, async () => {
				try {
					await docker.getImage(reference).inspect();
					return true;
				} catch (error) {
					if (statusOf(error) === 404) return false;
					throw error;
				}
			}),
		saveImage: (reference, options) =>
			within(`saving image ${reference}`, options, async () => (await docker.getImage(reference).get()) as Readable),

		close: async () => {},
	};
	return engine;
}

/** A helper in the host's own namespaces; plain root with Docker's default capabilities. */
function hostHelper(bind: string): HostConfig {
	return { UsernsMode: 'host', PidMode: 'host', CgroupnsMode: 'host', Binds: [bind] };
}

async function act(
	container: Dockerode.Container,
	action: 'stop' | 'kill' | 'start' | 'restart' | 'pause' | 'unpause',
	abortSignal: AbortSignal,
): Promise<void> {
	switch (action) {
		case 'start':
			return unless([304], container.start({ abortSignal }));
		case 'stop':
			return unless([304], container.stop({ t: stopGraceSeconds, abortSignal }));
		case 'restart':
			return unless([], container.restart({ t: stopGraceSeconds, abortSignal }));
		case 'kill':
			return unlessSaid(/is not running/, container.kill({ abortSignal }));
		case 'pause':
			return unlessSaid(/already paused/, container.pause({ abortSignal }));
		case 'unpause':
			return unlessSaid(/not paused/, container.unpause({ abortSignal }));
	}
}

/** Docker has one status for "done already" and for "cannot be done" here, so its words decide. */
async function unlessSaid(message: RegExp, call: Promise<unknown>): Promise<void> {
	await call.catch((error) => {
		if (!message.test(dockerMessage(error))) throw error;
	});
}

function toInfo(container: Dockerode.ContainerInfo): ContainerInfo {
	const networks = Object.entries(container.NetworkSettings?.Networks ?? {});
	return {
		id: container.Id,
		name: (container.Names[0] ?? '').replace(/^\//, ''),
		state: container.State,
		labels: container.Labels,
		addresses: Object.fromEntries(networks.map(([name, network]) => [name, network.IPAddress])),
	};
}

function labelFilter(labels: Record<string, string>): Record<string, string[]> {
	return { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) };
}

/** dockerode's options for `unix://`, `tcp://`, `http://` and `ssh://` addresses. */
function connectionOf(address: string): Dockerode.DockerOptions {
	const url = new URL(address);
	if (url.protocol === 'unix:') return { socketPath: url.pathname };
	const protocol = url.protocol === 'ssh:' ? 'ssh' : url.protocol === 'https:' ? 'https' : 'http';
	return {
		protocol,
		host: url.hostname,
		port: Number(url.port) || (protocol === 'ssh' ? 22 : 2375),
		username: url.username || undefined,
	};
}
