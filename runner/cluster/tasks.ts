// Tasks: what runs where, and what ran there before.
import type { ClusterService, ClusterTask } from '#contract/cluster.ts';
import { compare } from './compare.ts';
import type { Task } from './docker-types.ts';
import { withoutDigest } from './services.ts';

/** The tasks of services that exist: by service, then slot (or node, when global), then newest first. */
export function reduceTasks(
	tasks: readonly Task[],
	services: readonly ClusterService[],
	nodeNames: ReadonlyMap<string, string>,
): ClusterTask[] {
	const serviceNames = new Map(services.map((service) => [service.id, service.name]));
	return tasks
		.flatMap((task) => {
			const service = serviceNames.get(task.ServiceID ?? '');
			return service === undefined ? [] : [{ task, reduced: toTask(task, service, nodeNames) }];
		})
		.sort(
			(a, b) =>
				compare(a.reduced.service, b.reduced.service) ||
				(a.task.Slot ?? 0) - (b.task.Slot ?? 0) ||
				compare(a.reduced.name, b.reduced.name) ||
				compare(b.task.CreatedAt ?? '', a.task.CreatedAt ?? '') ||
				compare(a.task.ID, b.task.ID),
		)
		.map(({ reduced }) => reduced);
}

function toTask(task: Task, service: string, nodeNames: ReadonlyMap<string, string>): ClusterTask {
	const { NodeID: nodeId, Slot: slot, Status: status } = task;
	// A node that was removed from the swarm is still named by its tasks; its ID is the name that is left.
	const node = nodeId ? (nodeNames.get(nodeId) ?? nodeId) : undefined;
	const containerId = status?.ContainerStatus?.ContainerID;
	return {
		id: task.ID,
		service,
		name: `${service}.${slot || nodeId || task.ID}`,
		...(slot ? { slot } : {}),
		...(node ? { node } : {}),
		desired: task.DesiredState ?? '',
		state: status?.State ?? 'new',
		...(status?.Err ? { error: status.Err } : {}),
		image: withoutDigest(task.Spec?.ContainerSpec?.Image ?? ''),
		...(containerId ? { containerId } : {}),
		since: status?.Timestamp ?? task.CreatedAt ?? '',
	};
}
