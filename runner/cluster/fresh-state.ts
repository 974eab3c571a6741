// Fresh state: what the cluster of a sandbox that nobody has touched yet looks like.
import type { ClusterNode, ClusterState } from '#contract/cluster.ts';
import { nodeNames, type Topology } from '#contract/topology.ts';

/** The cluster state of a new sandbox of this topology. Lessons are judged against it: what it fulfils, nobody has done. */
export function freshState(topology: Topology): ClusterState {
	const formed = topology.swarm === 'formed';
	const nodes = nodeNames(topology).map((name): ClusterNode => {
		const outside = { name, address: '', engine: 'up', swarm: 'none', leader: false, labels: {} } as const;
		if (!formed) return outside;
		const member = { ...outside, swarm: 'active', id: name, availability: 'active', status: 'ready' } as const;
		if (name.startsWith('worker')) return { ...member, role: 'worker' };
		return { ...member, role: 'manager', leader: name === 'manager1', reachability: 'reachable' };
	});
	return { ...emptyState(nodes), swarm: formed ? 'formed' : 'none' };
}

/** What is known before anybody has looked: nothing. */
export function unknownState(nodes: readonly { name: string; address: string }[]): ClusterState {
	return emptyState(
		nodes.map(({ name, address }) => ({ name, address, engine: 'down', swarm: 'none', leader: false, labels: {} })),
	);
}

function emptyState(nodes: ClusterNode[]): ClusterState {
	return {
		swarm: 'unknown',
		autolock: false,
		nodes,
		services: [],
		tasks: [],
		networks: [],
		secrets: [],
		configs: [],
		stacks: [],
	};
}
