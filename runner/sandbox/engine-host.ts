// Engine host: sandboxes' nodes on one Docker Engine, found again by their labels.
import type { Readable } from 'node:stream';
import { LabError } from '#contract/errors.ts';
import { nodeNames, type Topology } from '#contract/topology.ts';
import type { Clock } from '../clock.ts';
import { type ContainerInfo, type Engine, label, type NodeSpec } from '../engine/engine.ts';
import { capacityOf } from './capacity.ts';
import type { ClusterHost, ClusterRequest, SandboxCluster, SandboxNode } from './cluster-access.ts';
import { type ProvisionedNode, provision } from './provision.ts';
import { freeSubnet, nodeAddress, subnetCount } from './subnets.ts';

export interface EngineHostParts {
	engine: Engine;
	instance: string;
	/** Pool of subnets: `10.213.0.0/16`. */
	subnets: string;
	nodeImage: string;
	limits: NodeSpec['limits'];
	/** Most sandboxes at a time; `undefined` lets memory decide. */
	maxSandboxes: number | undefined;
	/** The `docker save` tar of an image that lessons use. Throws when there is none. */
	openImage(reference: string): Promise<Readable>;
	clock: Clock;
}

/** Containers keep their names for a moment after their sandbox; enough of the ID tells sandboxes apart. */
const nameCharacters = 12;
const mostSubnetTries = 5;
const liveStates = new Set(['running', 'paused', 'restarting']);

type MakeOptions = Parameters<ClusterHost['make']>[1];

export function engineHost(parts: EngineHostParts): ClusterHost {
	const { engine, instance, clock } = parts;
	/** Subnets of networks that are being made: the engine does not know them yet. */
	const reserved = new Set<string>();

	const destroy = async (sandbox: string) => {
		const labels = { [label.instance]: instance, [label.sandbox]: sandbox };
		const nodes = await engine.listNodes(labels);
		await Promise.all(nodes.map(({ id }) => engine.removeNode(id)));
		const networks = await engine.listNetworks(labels);
		await Promise.all(networks.map(({ id }) => engine.removeNetwork(id)));
		await engine.removeVolumes({ [label.instance]: instance });
	};

	const reserveSubnet = async (signal: AbortSignal): Promise<string> => {
		const networks = await engine.listNetworks({}, { signal });
		// No waiting between looking and reserving: two sandboxes at once would get the same one.
		const subnet = freeSubnet(parts.subnets, [...networks.map((network) => network.subnet), ...reserved]);
		if (subnet === undefined) {
			const most = subnetCount(parts.subnets);
			throw new LabError('engine.full', { used: most, most });
		}
		reserved.add(subnet);
		return subnet;
	};

	const provisionIn = (subnet: string, request: ClusterRequest, options: MakeOptions) =>
		provision(
			engine,
			{
				namePrefix: `${instance}-${request.sandbox.slice(0, nameCharacters)}`,
				labels: {
					[label.instance]: instance,
					[label.sandbox]: request.sandbox,
					[label.learner]: request.learner,
				},
				topology: request.topology,
				subnet,
				nodeImage: parts.nodeImage,
				limits: parts.limits,
				images: request.images.map((reference) => ({ reference, open: () => parts.openImage(reference) })),
			},
			{ clock, ...options },
		);

	const make = async (request: ClusterRequest, options: MakeOptions): Promise<SandboxCluster> => {
		const tried: string[] = [];
		try {
			for (;;) {
				const subnet = await reserveSubnet(options.signal);
				tried.push(subnet);
				try {
					return accessTo(engine, await provisionIn(subnet, request, options));
				} catch (error) {
					await destroy(request.sandbox);
					if (!isTaken(error) || tried.length === mostSubnetTries) throw error;
				}
			}
		} finally {
			for (const subnet of tried) reserved.delete(subnet);
		}
	};

	return {
		make,
		async adopt(sandbox, topology) {
			const labels = { [label.instance]: instance, [label.sandbox]: sandbox };
			const [found, networks] = await Promise.all([engine.listNodes(labels), engine.listNetworks(labels)]);
			const nodes = networks[0] && wholeTopology(found, topology, networks[0].subnet);
			if (!nodes || !found.some(({ state }) => liveStates.has(state))) return undefined;
			return accessTo(engine, nodes);
		},
		destroy,
		async list() {
			const labels = { [label.instance]: instance };
			const [nodes, networks] = await Promise.all([engine.listNodes(labels), engine.listNetworks(labels)]);
			const ids = [...nodes, ...networks].flatMap((each) => each.labels[label.sandbox] ?? []);
			return [...new Set(ids)];
		},
		async capacity() {
			const { memoryBytes } = await engine.facts();
			const { maxSandboxes } = parts;
			return capacityOf({
				memoryBytes,
				maxSandboxes,
				nodeLimitBytes: parts.limits.memoryBytes,
				subnets: subnetCount(parts.subnets),
			});
		},
	};
}

/** Another program on the same engine, such as `shoal labs test`, was quicker. The words are libnetwork's. */
function isTaken(error: unknown): boolean {
	return error instanceof LabError && error.code === 'engine.refused' && /overlaps/.test(error.message);
}

/** The topology's nodes among the containers; `undefined` when one is missing. */
function wholeTopology(
	found: readonly ContainerInfo[],
	topology: Topology,
	subnet: string,
): ProvisionedNode[] | undefined {
	const nodes = nodeNames(topology).flatMap((name, index) => {
		const container = found.find(({ labels }) => labels[label.node] === name);
		// Not the address that the engine names: a stopped container has none until it starts.
		return container ? [{ name, address: nodeAddress(subnet, index), containerId: container.id }] : [];
	});
	return nodes.length === nodeNames(topology).length ? nodes : undefined;
}

function accessTo(engine: Engine, provisioned: readonly ProvisionedNode[]): SandboxCluster {
	const nodes = provisioned.map(({ name, address, containerId }): SandboxNode => {
		// Errors of the engine name the container, which a learner has never heard of.
		const named = async <T>(call: Promise<T>): Promise<T> => {
			try {
				return await call;
			} catch (error) {
				if (!(error instanceof LabError) || error.code !== 'node.unreachable') throw error;
				throw new LabError('node.unreachable', { ...error.details, node: name }, { cause: error.cause });
			}
		};
		return {
			name,
			address,
			containerId,
			engine: engine.nodeEngine(containerId),
			exec: (argv, options) => named(engine.exec(containerId, argv, options)),
			openPipe: (argv, options) => named(engine.openPipe(containerId, argv, options)),
			dial: (target, options) => named(engine.dial(containerId, target, options)),
			async isRunning(options) {
				const found = await engine.listNodes({ [label.node]: name }, options);
				const container = found.find(({ id }) => id === containerId);
				return container !== undefined && liveStates.has(container.state);
			},
			act: (action, options) => named(engine.setNode(containerId, action, options)),
		};
	});
	return {
		nodes,
		async [Symbol.asyncDispose]() {
			await Promise.allSettled(nodes.map((node) => node.engine.close()));
		},
	};
}
