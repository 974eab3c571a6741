// State: a snapshot of raw Docker answers -> the typed cluster state. Pure; the same snapshot gives the same state, byte for byte.
import type { ClusterNetwork, ClusterState } from '#contract/cluster.ts';
import { compare } from './compare.ts';
import type { Config, Network, Secret } from './docker-types.ts';
import { reduceNodes } from './nodes.ts';
import { reduceServices, stackLabel } from './services.ts';
import type { ManagerLists, Snapshot } from './snapshot.ts';
import { reduceTasks } from './tasks.ts';

/**
 * The cluster state of a snapshot.
 *
 * - Tasks whose service is gone are left out, and so are the tasks by which a plain container is attached to an overlay
 *   network: neither has a service to be named after.
 * - A swarm whose managers all refuse, hang or are down is `no-leader`: it exists, and nobody can speak for it.
 */
export function reduce(snapshot: Snapshot): ClusterState {
	const lists = snapshot.cluster.type === 'lists' ? snapshot.cluster.lists : noLists;
	const nodes = reduceNodes(snapshot.nodes, snapshot.cluster.type === 'lists' ? lists.nodes : undefined);
	const nodeNames = new Map(nodes.flatMap((node) => (node.id === undefined ? [] : [[node.id, node.name] as const])));
	const services = reduceServices(lists);
	const identity = swarmIdentity(snapshot);
	return {
		swarm: swarmPhase(snapshot),
		...(identity.id === undefined ? {} : { swarmId: identity.id }),
		autolock: identity.autolock,
		nodes,
		services,
		tasks: reduceTasks(lists.tasks, services, nodeNames),
		networks: byName(lists.networks.filter((network) => network.Scope === 'swarm').map(toNetwork)),
		secrets: byName(lists.secrets.map(toNamed)),
		configs: byName(lists.configs.map(toNamed)),
		stacks: stacksOf(services),
	};
}

const noLists: ManagerLists = { nodes: [], services: [], tasks: [], networks: [], secrets: [], configs: [] };

function swarmPhase(snapshot: Snapshot): ClusterState['swarm'] {
	if (snapshot.cluster.type === 'lists') return 'formed';
	const local = snapshot.nodes.flatMap((node) => (node.answer.reachable ? [node.answer.info.Swarm] : []));
	if (local.length === 0) return 'unknown';
	// A worker that cannot reach its managers, a locked manager, and a manager without a leader all belong to a swarm.
	const members = local.some((swarm) => swarm?.LocalNodeState === 'active' || swarm?.LocalNodeState === 'locked');
	return members || snapshot.cluster.type === 'no-leader' ? 'no-leader' : 'none';
}

/** From `/info` of the manager that speaks; it has both without the join tokens that `/swarm` would bring along. */
function swarmIdentity(snapshot: Snapshot): { id: string | undefined; autolock: boolean } {
	const { cluster } = snapshot;
	if (cluster.type !== 'lists') return { id: undefined, autolock: false };
	const speaker = snapshot.nodes.find((node) => node.name === cluster.speaker);
	const told = speaker?.answer.reachable ? speaker.answer.info.Swarm?.Cluster : undefined;
	return { id: told?.ID || undefined, autolock: told?.Spec?.EncryptionConfig?.AutoLockManagers ?? false };
}

function toNetwork(network: Network): ClusterNetwork {
	return {
		id: network.Id,
		name: network.Name ?? network.Id,
		driver: network.Driver ?? '',
		scope: network.Scope ?? '',
		subnets: (network.IPAM?.Config ?? []).flatMap((config) => (config.Subnet ? [config.Subnet] : [])),
		attachable: network.Attachable ?? false,
		internal: network.Internal ?? false,
		// `--opt encrypted` is written as an empty string.
		encrypted: 'encrypted' in (network.Options ?? {}) && network.Options?.encrypted !== 'false',
		ingress: network.Ingress ?? false,
	};
}

function toNamed(thing: Secret | Config): ClusterState['secrets'][number] {
	const stack = thing.Spec?.Labels?.[stackLabel];
	return { id: thing.ID, name: thing.Spec?.Name ?? thing.ID, ...(stack ? { stack } : {}) };
}

function stacksOf(services: ClusterState['services']): ClusterState['stacks'] {
	const stacks = Map.groupBy(
		services.filter((service) => service.stack !== undefined),
		(service) => service.stack ?? '',
	);
	return byName([...stacks].map(([name, members]) => ({ name, services: members.map((service) => service.name) })));
}

function byName<T extends { name: string; id?: string }>(things: T[]): T[] {
	return things.sort((a, b) => compare(a.name, b.name) || compare(a.id ?? '', b.id ?? ''));
}
