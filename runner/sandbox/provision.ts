// Provision: makes a sandbox's network and nodes on an engine, gives them their images, and forms their swarm.
//
// Nothing waits for more than it needs: each node loads its images and joins as soon as its own engine answers.
import type { Readable } from 'node:stream';
import { LabError } from '#contract/errors.ts';
import { nodeNames, type Topology } from '#contract/topology.ts';
import type { Clock } from '../clock.ts';
import { type Engine, label, type NodeEngine, type NodeSpec } from '../engine/engine.ts';
import { type StageListener, trackStages } from './stages.ts';
import { nodeAddress } from './subnets.ts';
import { formSwarm } from './swarm.ts';

/** dockerd in a node takes half a second; an overloaded machine may take twenty times that. */
const engineReadyMs = 30_000;
const provisionMs = 120_000;

export interface ProvisionRequest {
	/** Starts the names of containers and network. */
	namePrefix: string;
	labels: Record<string, string>;
	topology: Topology;
	subnet: string;
	nodeImage: string;
	limits: NodeSpec['limits'];
	/** Each opened once for each node: `docker save` tars. */
	images: readonly { reference: string; open(): Promise<Readable> }[];
}

export interface ProvisionedNode {
	name: string;
	address: string;
	containerId: string;
	engine: NodeEngine;
}

/** Resolves with the nodes in topology order. On failure or abort nothing is removed: `unwind` does that. */
export async function provision(
	engine: Engine,
	request: ProvisionRequest,
	options: { clock: Clock; signal: AbortSignal; onStage: StageListener },
): Promise<ProvisionedNode[]> {
	const { namePrefix, labels, topology, subnet, nodeImage, limits, images } = request;
	const names = nodeNames(topology);
	// The first failure ends everything else that is under way.
	const failure = new AbortController();
	const signal = AbortSignal.any([options.signal, failure.signal, AbortSignal.timeout(provisionMs)]);
	const inStage = trackStages(options.clock, options.onStage);
	const each = names.length;

	const network = { name: namePrefix, subnet, internal: true, labels };
	const networkId = await inStage('network', { works: 1 }, () => engine.createNetwork(network, { signal }));

	const starting = names.map((name, index) => {
		const address = nodeAddress(subnet, index);
		const node: NodeSpec = {
			name: `${namePrefix}-${name}`,
			hostname: name,
			image: nodeImage,
			networkId,
			address,
			labels: { ...labels, [label.node]: name },
			limits,
		};
		// Without the signal: a container whose creation was called off half-way may appear after the cleaning up.
		const started = inStage('nodes', { works: each, detail: name }, () => engine.startNode(node));
		const ready = started.then((containerId) =>
			inStage('engines', { works: each, detail: name }, async () => {
				signal.throwIfAborted();
				const nodeEngine = engine.nodeEngine(containerId);
				await untilReady(nodeEngine, name, signal);
				return nodeEngine;
			}),
		);
		const provisioned = Promise.all([started, ready]).then(([containerId, nodeEngine]) => ({ name, address, containerId, engine: nodeEngine }));
		return { name, address, started, ready, provisioned };
	});

	const loading = images.length === 0 ? [] : starting.map(async ({ name, ready }) => {
		const nodeEngine = await ready;
		await inStage('images', { works: each, detail: name }, async () => {
			for (const image of images) await nodeEngine.loadImage(await image.open(), { signal });
		});
	});
	const forming = async () => {
		if (topology.swarm !== 'formed') return;
		await starting[0]?.ready;
		await inStage('swarm', { works: 1 }, () => formSwarm(starting, signal));
	};

	try {
		const nodes = Promise.all(starting.map(({ provisioned }) => provisioned));
		await Promise.all([nodes, ...loading, forming()]);
		return await nodes;
	} catch (error) {
		failure.abort(error);
		// What was being started is there before the failure is told, so that the cleaning up finds it.
		const ended = await Promise.allSettled(starting.map(({ provisioned }) => provisioned));
		for (const result of ended) if (result.status === 'fulfilled') await result.value.engine.close();
		throw error;
	}
}

async function untilReady(engine: NodeEngine, name: string, signal: AbortSignal): Promise<void> {
	const answer = await engine.get('/_ping', { signal, timeoutMs: engineReadyMs });
	if (!answer.ok) throw new LabError('sandbox.failed', { reason: `${name} says: ${answer.refusal.message}` });
}
