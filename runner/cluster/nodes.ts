// Nodes: what each node says of itself, joined with what the managers think of it.
import type { ClusterNode } from '#contract/cluster.ts';
import { compare } from './compare.ts';
import type { LocalSwarm, SwarmNode } from './docker-types.ts';
import type { NodeView } from './snapshot.ts';

/**
 * The sandbox's nodes in topology order, then what only the managers know, by hostname.
 *
 * A node that left and joined again is in the managers' list twice under one hostname. The node's own node ID says which
 * of the two it is; when its engine cannot be asked, the ready one is it, or else the newest. The others come last, with
 * the same name, as `docker node ls` shows them, until somebody removes them. Without a list from the managers
 * (`undefined`), nodes are what they say of themselves.
 */
export function reduceNodes(views: readonly NodeView[], managersList: readonly SwarmNode[] | undefined): ClusterNode[] {
	const swarmNodes = managersList ?? [];
	const claimed = new Set<string>();
	const known = views.map((view) => {
		const local = view.answer.reachable ? view.answer.info.Swarm : undefined;
		const swarmNode = findSwarmNode(view, local, swarmNodes);
		if (swarmNode) claimed.add(swarmNode.ID);
		return {
			name: view.name,
			address: view.address,
			engine: view.answer.reachable ? ('up' as const) : ('down' as const),
			...joined(swarmNode, local, view),
			...(managersList === undefined && local ? ownRole(local) : {}),
		};
	});
	const rest = [...swarmNodes]
		.filter((node) => !claimed.has(node.ID))
		.sort((a, b) => compare(hostname(a), hostname(b)) || preferred(a, b))
		.map((node) => ({
			name: hostname(node),
			address: node.Status?.Addr ?? '',
			engine: 'down' as const,
			...joined(node, undefined, undefined),
		}));
	return [...known, ...rest];
}

function findSwarmNode(
	view: NodeView,
	local: LocalSwarm | undefined,
	swarmNodes: readonly SwarmNode[],
): SwarmNode | undefined {
	if (local?.NodeID) return swarmNodes.find((node) => node.ID === local.NodeID);
	// It says of itself that it is in no swarm: what the managers still list under its name is its past, and is shown as
	// its state as long as nothing better is known. `docker node ls` calls it Down.
	return swarmNodes.filter((node) => hostname(node) === view.name).sort(preferred)[0];
}

/** Ready before not ready, then newest first. */
function preferred(a: SwarmNode, b: SwarmNode): number {
	const ready = (node: SwarmNode) => (node.Status?.State === 'ready' ? 0 : 1);
	return ready(a) - ready(b) || Date.parse(b.CreatedAt ?? '') - Date.parse(a.CreatedAt ?? '') || compare(a.ID, b.ID);
}

function joined(
	node: SwarmNode | undefined,
	local: LocalSwarm | undefined,
	view: NodeView | undefined,
): Omit<ClusterNode, 'name' | 'address' | 'engine'> {
	const info = view?.answer.reachable ? view.answer.info : undefined;
	const platform = node?.Description?.Platform ?? { OS: info?.OSType, Architecture: info?.Architecture };
	const id = node?.ID ?? (local?.NodeID || undefined);
	const role = oneOf(['manager', 'worker'] as const, node?.Spec?.Role);
	const availability = oneOf(['active', 'pause', 'drain'] as const, node?.Spec?.Availability);
	const status = oneOf(['ready', 'down', 'unknown', 'disconnected'] as const, node?.Status?.State);
	const reachability = oneOf(['reachable', 'unreachable', 'unknown'] as const, node?.ManagerStatus?.Reachability);
	return {
		// An engine that cannot be asked is taken at the managers' word.
		swarm: local ? localState(local) : node ? 'active' : 'none',
		...(id ? { id } : {}),
		...(role ? { role } : {}),
		...(availability ? { availability } : {}),
		...(status ? { status } : {}),
		leader: node?.ManagerStatus?.Leader ?? false,
		...(reachability ? { reachability } : {}),
		...(platform.OS && platform.Architecture
			? { platform: { os: platform.OS, architecture: platform.Architecture } }
			: {}),
		labels: { ...node?.Spec?.Labels },
	};
}

/** While no manager speaks, a member's own word for what it is. */
function ownRole(local: LocalSwarm): Pick<ClusterNode, 'role'> {
	if (local.ControlAvailable) return { role: 'manager' };
	return local.LocalNodeState === 'active' ? { role: 'worker' } : {};
}

function localState(local: LocalSwarm): ClusterNode['swarm'] {
	return oneOf(['pending', 'active', 'locked', 'error'] as const, local.LocalNodeState) ?? 'none';
}

/** The value when it is one of the words we know; a newer Docker may have others. */
function oneOf<const Word extends string>(words: readonly Word[], value: string | undefined): Word | undefined {
	return words.find((word) => word === value);
}

function hostname(node: SwarmNode): string {
	return node.Description?.Hostname ?? node.ID;
}
