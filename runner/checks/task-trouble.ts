// Task trouble: why tasks that should run do not, in Swarm's own words as far as it has any.
import type { ClusterService, ClusterState, ClusterTask } from '#contract/cluster.ts';
import { listed } from './amount.ts';
import { isMade, whyNotMade } from './network.ts';
import { quoted } from './result.ts';

/**
 * One clause for each different trouble of a service's tasks, errors first:
 * `goweb.3 was rejected on worker2: No such image: goweb:9`.
 *
 * A task that fails is replaced within a second by one that is still "preparing"; the failed one before it says why. It
 * counts only while it has the service's image: after an update, the past explains nothing.
 */
export function taskTroubles(service: ClusterService, state: ClusterState): string[] {
	const history = state.tasks.filter((task) => task.service === service.name);
	const places = Map.groupBy(history, (task) => task.name);
	const causes = [...places.values()].flatMap((tasks) => {
		const cause = causeOf(tasks, service);
		return cause ? [cause] : [];
	});
	const groups = Map.groupBy(causes, (task) => `${task.state} ${task.error ?? ''}`);
	return [...groups.values()]
		.sort((a, b) => severity(a) - severity(b))
		.slice(0, 2)
		.map((tasks) => clause(tasks, waitsFor(service, state)));
}

/** `tasks` share a slot, newest first. */
function causeOf(tasks: readonly ClusterTask[], service: ClusterService): ClusterTask | undefined {
	const wanted = tasks.filter((task) => task.desired === 'running' || task.desired === 'ready');
	if (wanted.some((task) => task.state === 'running')) return undefined;
	const [current] = wanted;
	if (current?.error) return current;
	// Between two attempts there is no wanted task at all, only ended ones.
	const ended = tasks.find((task) => task !== current && task.image === service.image && hasEnded(task));
	return ended ?? current;
}

/** It failed, or its program ended although it should go on. A task that was told to shut down shows as `shutdown`. */
function hasEnded(task: ClusterTask): boolean {
	if (task.state === 'complete') return task.desired !== 'complete';
	return (
		task.error !== undefined && (task.state === 'failed' || task.state === 'rejected' || task.state === 'orphaned')
	);
}

function severity(tasks: readonly ClusterTask[]): number {
	return tasks.some((task) => task.error !== undefined) ? 0 : 1;
}

/** What a new task waits for. An address on each of its networks comes before a node, and Docker is silent about it. */
function waitsFor(service: ClusterService, state: ClusterState): string {
	const unmade = state.networks.filter((network) => service.networks.includes(network.name) && !isMade(network));
	if (unmade.length > 0)
		return `for ${listed(unmade.map(({ name }) => name))}, which the swarm could not make: ${whyNotMade}`;
	return service.networks.length > 0 ? `for an address in ${listed(service.networks)}` : 'for a node';
}

/** What happened to the tasks, which share a state and an error. `newOnes` is what new ones wait for. */
export function clause(tasks: readonly ClusterTask[], newOnes = 'for a node'): string {
	const [first] = tasks;
	if (first === undefined) return '';
	const isOne = tasks.length === 1;
	const nodes = [...new Set(tasks.flatMap((task) => task.node ?? []))];
	const place = nodes.length > 0 ? ` on ${listed(nodes)}` : '';
	const subject = subjectOf(tasks);
	const reason = first.error ? `: ${quoted(plainError(first.error))}` : '';
	switch (first.state) {
		case 'rejected':
			return `${subject} ${isOne ? 'was' : 'were'} rejected${place}${reason}`;
		case 'failed':
			return `${subject} failed${place}${reason}`;
		case 'orphaned':
			return `${subject} ${isOne ? 'was' : 'were'} lost${place}${reason}`;
		case 'new':
			return `${subject} ${isOne ? 'waits' : 'wait'} ${newOnes}${reason}`;
		case 'pending':
			return `${subject} ${isOne ? 'waits' : 'wait'} for a node${reason}`;
		case 'assigned':
		case 'accepted':
			return `${subject} ${isOne ? 'is' : 'are'} on ${isOne ? 'its' : 'their'} way to ${listed(nodes) || 'a node'}${reason}`;
		case 'ready':
			return `${subject} ${isOne ? 'is' : 'are'} about to start${place}${reason}`;
		case 'complete':
			return `${subject} ended by ${isOne ? 'itself' : 'themselves'}${place}`;
		case 'shutdown':
		case 'remove':
			return `${subject} ${isOne ? 'is' : 'are'} shut down${place}`;
		default:
			return `${subject} ${isOne ? 'is' : 'are'} ${first.state}${place}${reason}`;
	}
}

function subjectOf(tasks: readonly ClusterTask[]): string {
	const named = tasks.filter((task) => task.slot !== undefined).map((task) => task.name);
	if (named.length < tasks.length)
		return tasks.length === 1 ? `a task of ${tasks[0]?.service}` : `${tasks.length} tasks of ${tasks[0]?.service}`;
	return named.length > 4 ? `${named.length} tasks` : listed(named);
}

/** Swarm's words for a program that ended, in words of this world. */
function plainError(error: string): string {
	return error
		.replace(
			/^task: non-zero exit \((\d+)\)(: dockerexec: unhealthy container)?$/,
			(_, code: string, unhealthy?: string) =>
				unhealthy ? 'its health check failed' : `its program ended with exit code ${code}`,
		)
		.replace(/^task: non-zero exit \((\d+)\): /, '');
}
