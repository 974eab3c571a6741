// Services: what the managers are asked to run, with how much of it runs.
import type { ClusterService } from '#contract/cluster.ts';
import { compare } from './compare.ts';
import type { PortConfig, Service, Task } from './docker-types.ts';
import { isEligible } from './placement.ts';
import type { ManagerLists } from './snapshot.ts';

/** The label by which `docker stack deploy` marks what belongs to a stack. */
export const stackLabel = 'com.docker.stack.namespace';

/**
 * All services by name.
 *
 * How many tasks a service wants is Docker's own `DesiredTasks`. For a global service that number counts the tasks which
 * the orchestrator has made so far, so for a moment after `docker service create` it is 0; then, the eligible nodes are
 * counted instead (ready, active, constraints fulfilled), or "all tasks run" would be true before the first one exists.
 */
export function reduceServices(lists: ManagerLists): ClusterService[] {
	const networkNames = new Map(lists.networks.map((network) => [network.Id, network.Name ?? network.Id]));
	const tasks = Map.groupBy(lists.tasks, (task) => task.ServiceID ?? '');
	return lists.services
		.map((service) => toService(service, tasks.get(service.ID) ?? [], lists, networkNames))
		.sort((a, b) => compare(a.name, b.name));
}

function toService(
	service: Service,
	tasks: Task[],
	lists: ManagerLists,
	networkNames: Map<string, string>,
): ClusterService {
	const { Spec: spec } = service;
	const container = spec?.TaskTemplate?.ContainerSpec;
	const stack = spec?.Labels?.[stackLabel];
	const update = service.UpdateStatus?.State;
	const networks = spec?.TaskTemplate?.Networks ?? spec?.Networks ?? [];
	return {
		id: service.ID,
		name: spec?.Name ?? service.ID,
		image: withoutDigest(container?.Image ?? ''),
		mode: modeOf(service),
		replicas: wantedTasks(service, tasks, lists),
		running: tasks.filter(isRunning).length,
		ports: (service.Endpoint?.Ports ?? []).map(toPort),
		networks: unique(networks.map(({ Target = '' }) => networkNames.get(Target) ?? Target)),
		secrets: unique((container?.Secrets ?? []).map((secret) => secret.SecretName ?? '')),
		configs: unique((container?.Configs ?? []).map((config) => config.ConfigName ?? '')),
		...(stack ? { stack } : {}),
		...(update ? { update: { state: update, message: service.UpdateStatus?.Message ?? '' } } : {}),
		labels: { ...spec?.Labels },
	};
}

function modeOf(service: Service): ClusterService['mode'] {
	const mode = service.Spec?.Mode ?? {};
	if (mode.Global) return 'global';
	if (mode.GlobalJob) return 'global-job';
	return mode.ReplicatedJob ? 'replicated-job' : 'replicated';
}

function wantedTasks(service: Service, tasks: Task[], lists: ManagerLists): number {
	const mode = service.Spec?.Mode ?? {};
	if (mode.Replicated) return mode.Replicated.Replicas ?? 1;
	if (mode.ReplicatedJob) return mode.ReplicatedJob.TotalCompletions ?? 1;
	const desired = service.ServiceStatus?.DesiredTasks ?? tasks.filter((task) => task.DesiredState === 'running').length;
	if (desired > 0 || mode.GlobalJob) return desired;
	const constraints = service.Spec?.TaskTemplate?.Placement?.Constraints ?? [];
	return lists.nodes.filter((node) => isEligible(node, constraints)).length;
}

function isRunning(task: Task): boolean {
	return task.DesiredState === 'running' && task.Status?.State === 'running';
}

function toPort(port: PortConfig): ClusterService['ports'][number] {
	const protocol = port.Protocol === 'udp' || port.Protocol === 'sctp' ? port.Protocol : 'tcp';
	return {
		published: port.PublishedPort ?? 0,
		target: port.TargetPort ?? 0,
		protocol,
		mode: port.PublishMode === 'host' ? 'host' : 'ingress',
	};
}

/** `goweb:1.0@sha256:...`, as the client resolves a tag, is `goweb:1.0`. */
export function withoutDigest(image: string): string {
	return image.replace(/@sha256:.*$/, '');
}

function unique(names: string[]): string[] {
	return [...new Set(names)].filter((name) => name !== '').sort(compare);
}
