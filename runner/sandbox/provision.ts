// Provision: makes a sandbox's network and nodes on an engine, gives them their images, and forms their swarm.
//
// Nothing waits for more than it needs: each node loads its images and joins as soon as its own engine answers.
import type { Readable } from 'node:stream';
import { LabError } from '#contract/errors.ts';
import { nodeNames, type Topology } from '#contract/topology.ts';
import type { Clock } from '../clock.ts';
import { type Engine, label, type NodeEngine, type NodeSpec } from '../engine/engine.ts';
import { openNodeEngine } from '../engine/node-engine.ts';
import { type StageListener, trackStages } from './stages.ts';
import { nodeAddress } from './subnets.ts';
import { formSwarm } from './swarm.ts';

/** dockerd in a node takes half a second; an overloaded machine may take twenty times that. */
const engineReadyMs = 30_000;
const dialRetryMs = 20;
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
}

/** Resolves with the nodes in topology order. On failure or abort it removes nothing; it only stops making more. */
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
				const nodeEngine = bootingEngine(engine, containerId, name);
				await untilReady(nodeEngine, name, signal);
				return nodeEngine;
			}),
		);
		return { name, address, started, ready };
	});

	const loading = starting.map(async ({ name, ready }) => {
		const nodeEngine = await ready;
		if (images.length === 0) return;
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
		await Promise.all([...loading, forming()]);
		return await Promise.all(
			starting.map(async ({ name, address, started }) => ({ name, address, containerId: await started })),
		);
	} catch (error) {
		failure.abort(error);
		throw error;
	} finally {
		// What was being started is there before a failure is told, so that the cleaning up finds it.
		const engines = await Promise.allSettled(starting.map(({ ready }) => ready));
		for (const result of engines) if (result.status === 'fulfilled') await result.value.close();
	}
}

/**
 * A node's engine from before it answers: the connection waits inside the node until dockerd listens, and is then kept
 * for what follows. One process in the node rather than one for each question whether it is there yet.
 */
function bootingEngine(engine: Engine, containerId: string, name: string): NodeEngine {
	// Options of socat, which is what dials: http://www.dest-unreach.org/socat/doc/socat.html#GROUP_RETRY
	const patience = `,retry=${engineReadyMs / dialRetryMs},interval=${dialRetryMs / 1000}`;
	const dial: Engine['dial'] = (id, address, options) => engine.dial(id, address + patience, options);
	return openNodeEngine({ dial }, containerId, name);
}

async function untilReady(engine: NodeEngine, name: string, signal: AbortSignal): Promise<void> {
	const answer = await engine.get('/_ping', { signal, timeoutMs: engineReadyMs });
	if (!answer.ok) throw new LabError('sandbox.failed', { reason: `${name} says: ${answer.refusal.message}` });
}
