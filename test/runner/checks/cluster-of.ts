// Cluster of: small cluster states for specifications, as one would describe them to a colleague.
import type { ClusterNetwork, ClusterNode, ClusterService, ClusterState, ClusterTask } from '#contract/cluster.ts';
import { freshState } from '#runner/cluster/fresh-state.ts';

export const formed = (parts: Partial<ClusterState> = {}): ClusterState => ({
	...freshState({ managers: 1, workers: 2, swarm: 'formed' }),
	...parts,
});

export const unformed = (): ClusterState => freshState({ managers: 1, workers: 2, swarm: 'unformed' });

/** The formed cluster with something changed about some of its nodes. */
export const withNodes = (
	changes: Record<string, Partial<ClusterNode>>,
	parts: Partial<ClusterState> = {},
): ClusterState => {
	const state = formed(parts);
	return { ...state, nodes: state.nodes.map((node) => ({ ...node, ...changes[node.name] })) };
};

/** A node that is in no swarm. */
export const outside = {
	swarm: 'none',
	id: undefined,
	role: undefined,
	status: undefined,
	availability: undefined,
} as const;

export const service = (parts: Partial<ClusterService> = {}): ClusterService => ({
	id: `id-of-${parts.name ?? 'goweb'}`,
	name: 'goweb',
	image: 'carmeloc/goweb:1.0',
	mode: 'replicated',
	replicas: 3,
	running: 3,
	ports: [{ published: 8888, target: 8080, protocol: 'tcp', mode: 'ingress' }],
	networks: [],
	secrets: [],
	configs: [],
	labels: {},
	...parts,
});

/** `task(3, 'worker2')`: goweb.3 runs on worker2. */
export const task = (slot: number, node: string | undefined, parts: Partial<ClusterTask> = {}): ClusterTask => ({
	id: `task-${slot}-${parts.state ?? 'running'}-${parts.since ?? ''}`,
	service: 'goweb',
	name: `goweb.${slot}`,
	slot,
	...(node ? { node } : {}),
	desired: 'running',
	state: 'running',
	image: 'carmeloc/goweb:1.0',
	since: '2026-01-01T00:00:00Z',
	...parts,
});

export const network = (parts: Partial<ClusterNetwork> = {}): ClusterNetwork => ({
	id: 'net1',
	name: 'shop',
	driver: 'overlay',
	scope: 'swarm',
	subnets: ['10.0.1.0/24'],
	attachable: false,
	internal: false,
	encrypted: false,
	ingress: false,
	...parts,
});

/** goweb with three replicas, one on each node. */
export const goweb = (parts: Partial<ClusterService> = {}, tasks?: ClusterTask[]): ClusterState =>
	formed({
		services: [service(parts)],
		tasks: tasks ?? [task(1, 'manager1'), task(2, 'worker1'), task(3, 'worker2')],
	});
