// Mesh: balances virtual IPs and published ports in all nodes of one sandbox, where Docker's own balancer cannot.
//
// IPVS takes orders from the initial user namespace alone, so an unprivileged node has no balancing of its own. The mesh
// does the same with NAT rules: a pure function from what each node says to its rules (rules.ts), applied by a small
// program in each node (infra/node/mesh-hand.c).
import type { Trouble } from '#contract/sandbox.ts';
import type { Engine } from '#runner/engine/engine.ts';
import { departedAfter, stillKnown, unreachable } from './departures.ts';
import type { Endpoint } from './gossip.ts';
import { type Balancer, type MeshNode, type SandboxNode, startMeshNode } from './node.ts';

export type { Balancer, SandboxNode } from './node.ts';

export interface Mesh extends AsyncDisposable {
	/** Who balances in the node, for `shoal doctor`. */
	balancerOf(node: string): Balancer;
	/** What is wrong with nodes and lasts. */
	troubles(): Trouble[];
	/** Resolves when what the nodes have said so far is applied. */
	settled(): Promise<void>;
}

/** How long a container that was told to stop gets no new connection, should it not stop after all. */
const stoppingForMs = 15_000;

/** Starts the mesh for one sandbox's nodes and returns at once; it works until disposed, also while nodes stop and start. */
export function startMesh(options: {
	nodes: SandboxNode[];
	engine: Engine;
	/** Called when `troubles` has another answer. */
	onTroubles: (troubles: Trouble[]) => void;
	now?: () => number;
}): Mesh {
	const now = options.now ?? (() => performance.now());
	/** Endpoints that their own node has given up. */
	let gone: ReadonlySet<string> = new Set();
	/** Container name -> when it was told to stop. */
	const stopping = new Map<string, number>();
	const reachable = new Map<string, 'answers' | 'silent' | 'ended'>();

	const hostsThatAre = (state: string) =>
		new Set(options.nodes.filter((node) => reachable.get(node.name) === state).map((node) => node.address));
	const departed = (networkId: string): ReadonlySet<string> => {
		const endpoints = new Map<string, Endpoint>();
		for (const node of nodes)
			for (const endpoint of node.tables.get(networkId) ?? []) endpoints.set(endpoint.id, endpoint);
		const all = [...endpoints.values()];
		const stops = all.filter((endpoint) => now() - (stopping.get(endpoint.task) ?? -Infinity) < stoppingForMs);
		return new Set([
			...all.filter((endpoint) => gone.has(endpoint.id)).map((endpoint) => endpoint.id),
			...stops.map((endpoint) => endpoint.id),
			...unreachable(all, hostsThatAre('ended'), hostsThatAre('silent')),
		]);
	};
	const endpointsOn = (address: string) =>
		nodes
			.flatMap((node) => [...node.tables.values()].flat().filter((endpoint) => endpoint.host === address))
			.map(({ id }) => id);
	const updateAll = () => {
		for (const node of nodes) node.update();
	};

	const nodes: MeshNode[] = options.nodes.map((node) =>
		startMeshNode(node, {
			engine: options.engine,
			departed,
			now,
			listener: {
				tableChanged: (_networkId, before, after) => {
					const own = (table: Endpoint[]) => table.filter((endpoint) => endpoint.host === node.address);
					const was = gone;
					gone = stillKnown(
						departedAfter(gone, own(before), own(after)),
						nodes.flatMap((other) => [...other.tables.values()]),
					);
					if (gone.size !== was.size || [...gone].some((id) => !was.has(id))) updateAll();
					// The others hear by gossip within some hundred milliseconds, without an event.
					if (JSON.stringify(own(before)) !== JSON.stringify(own(after)))
						for (const other of nodes) if (other.node !== node) other.poke();
				},
				reachable: (state) => {
					reachable.set(node.name, state);
					// Whatever ran there is gone for good: gossip may remember it when the node is back already.
					if (state === 'ended') gone = new Set([...gone, ...endpointsOn(node.address)]);
					updateAll();
				},
				container: (name, state) => {
					if (state === 'stopping') stopping.set(name, now());
					else stopping.delete(name);
					for (const [task, since] of stopping) if (now() - since > stoppingForMs) stopping.delete(task);
					updateAll();
				},
				troubled: () => options.onTroubles(troubles()),
			},
		}),
	);

	const troubles = (): Trouble[] => {
		const nodesWith = Map.groupBy(
			nodes.flatMap((node) => node.troubles().map((text) => ({ node: node.node.name, text }))),
			({ text }) => text,
		);
		return [...nodesWith].map(([text, all]) => ({ nodes: all.map(({ node }) => node), text }));
	};

	return {
		troubles,
		balancerOf: (name) => nodes.find((node) => node.node.name === name)?.balancer() ?? 'unknown',
		settled: async () => {
			await Promise.all(nodes.map((node) => node.settled()));
		},
		[Symbol.asyncDispose]: async () => {
			await Promise.all(nodes.map((node) => node.close()));
		},
	};
}
