// Settled: whether a cluster state is at rest, or about to change by itself.
import type { ClusterState } from '#contract/cluster.ts';

const endStates = new Set(['complete', 'shutdown', 'failed', 'rejected', 'orphaned', 'remove']);

/**
 * True when nothing is on its way: no task between two states, no node joining, no update under way. Swarm sends no
 * task events, so an unsettled cluster must be looked at again soon. Tasks on nodes that are down never move: they do not count.
 */
export function isSettled(state: ClusterState): boolean {
	const silent = new Set(
		state.nodes.filter((node) => node.status === 'down' || node.engine === 'down').map((node) => node.name),
	);
	const tasksRest = state.tasks.every((task) => {
		if (task.node !== undefined && silent.has(task.node)) return true;
		return task.desired === 'running' ? task.state === 'running' : endStates.has(task.state);
	});
	const nodesRest = state.nodes.every((node) => {
		if (node.swarm === 'pending' || node.status === 'unknown') return false;
		// The managers have not noticed yet that it left, died or came back.
		const isMember = node.engine === 'up' && node.swarm === 'active';
		return node.status === undefined || isMember === (node.status === 'ready');
	});
	const updating = /^(updating|rollback_started)$/;
	const servicesRest = state.services.every(
		(service) =>
			!updating.test(service.update?.state ?? '') && (isJob(service.mode) || service.running === service.replicas),
	);
	return (state.swarm === 'formed' || state.swarm === 'none') && tasksRest && nodesRest && servicesRest;
}

function isJob(mode: string): boolean {
	return mode.endsWith('-job');
}
