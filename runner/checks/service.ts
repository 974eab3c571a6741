// Service: does it exist as described, and does it run where and as often as it should?
import type { CheckResult, StateCheck } from '#contract/check.ts';
import type { ClusterService, ClusterState, ClusterTask } from '#contract/cluster.ts';
import { counted, inWords, listed, matches } from './amount.ts';
import { sameImage } from './image-name.ts';
import { quoted, toResult } from './result.ts';
import { blindness } from './sight.ts';
import { clause, taskTroubles } from './task-trouble.ts';

type ServiceCheck = Extract<StateCheck, { service: unknown }>;

export function evaluateService(check: ServiceCheck, state: ClusterState): CheckResult {
	const blind = blindness(state, 'services');
	if (blind) return blind;
	const service = state.services.find((candidate) => candidate.name === check.service);
	if (check.absent) {
		const reasons = service ? [`There is still a service named ${check.service}`] : [];
		return toResult({ reasons, seen: `There is no service named ${check.service}` });
	}
	if (service === undefined) return toResult({ reasons: [noSuchService(check.service, state)], seen: '' });
	const running = runningTasks(service, state);
	const ofTasks = taskReasons(check, service, running, state);
	return toResult({
		reasons: [
			...specReasons(check, service),
			...ofTasks,
			...shapeReasons(check, service),
			...updateReasons(check, service, state, ofTasks),
		],
		seen: `${proportion(service, ` of ${service.name}`)}, on ${counted(nodesOf(running).length, 'node')}`,
	});
}

/** `There is no service named goweb yet`, and which one there is instead, when it is only one. */
export function noSuchService(name: string, state: ClusterState): string {
	const [only, ...others] = state.services;
	const instead = only && others.length === 0 ? `; the only service is ${only.name}` : '';
	return `There is no service named ${name} yet${instead}`;
}

/** `2 of 3 replicas run`, `2 of 3 replicas of goweb run`. */
export function proportion(service: ClusterService, ofName = ''): string {
	const isOne = service.replicas === 1;
	return `${service.running} of ${service.replicas} ${nounOf(service, service.replicas)}${ofName} ${isOne ? 'runs' : 'run'}`;
}

/** Only a replicated service has replicas; others have tasks. */
function nounOf(service: ClusterService, count: number): string {
	const noun = service.mode === 'replicated' ? 'replica' : 'task';
	return count === 1 ? noun : `${noun}s`;
}

function specReasons(check: ServiceCheck, service: ClusterService): string[] {
	const reasons: string[] = [];
	if (check.image !== undefined && !sameImage(check.image, service.image)) {
		reasons.push(`the image of ${service.name} is ${service.image} instead of ${check.image}`);
	}
	if (check.mode !== undefined && service.mode !== check.mode) {
		reasons.push(`${service.name} is ${service.mode} instead of ${check.mode}`);
	}
	if (check.replicas !== undefined && !matches(check.replicas, service.replicas)) {
		reasons.push(
			`${service.name} asks for ${counted(service.replicas, 'replica')} instead of ${inWords(check.replicas)}`,
		);
	}
	return reasons;
}

function taskReasons(
	check: ServiceCheck,
	service: ClusterService,
	running: ClusterTask[],
	state: ClusterState,
): string[] {
	const reasons: string[] = [];
	if (check.running !== undefined && !matches(check.running, service.running)) {
		reasons.push(...runningReasons(check, service, state));
	}
	const nodes = nodesOf(running);
	if (check.nodes !== undefined && !matches(check.nodes, nodes.length)) {
		reasons.push(`${service.name} runs on ${counted(nodes.length, 'node')} instead of ${inWords(check.nodes)}`);
	}
	const { on, notOn } = check;
	// "Every task is on worker1" says nothing about a service of which no task runs.
	if (on !== undefined && running.length === 0 && reasons.length === 0) reasons.push(`no task of ${service.name} runs`);
	const strayed = running.filter(
		(task) => (on !== undefined && !on.includes(task.node ?? '')) || notOn?.includes(task.node ?? ''),
	);
	if (strayed.length > 0) {
		const places = nodesOf(strayed);
		reasons.push(
			`${listed(strayed.map((task) => taskLabel(task)))} ${strayed.length === 1 ? 'runs' : 'run'} on ${listed(places)}`,
		);
	}
	return reasons;
}

function runningReasons(check: ServiceCheck, service: ClusterService, state: ClusterState): string[] {
	const troubles = taskTroubles(service, state);
	const isComplete = service.running === service.replicas;
	// A service that asks for another number than the step does, and runs all of it, has one difference, not two.
	const saidAlready = check.replicas !== undefined && !matches(check.replicas, service.replicas);
	if (isComplete && saidAlready) return troubles;
	if (service.running > service.replicas) {
		return [`${service.running} ${nounOf(service, service.running)} still run instead of ${service.replicas}`];
	}
	const instead = isComplete && check.running !== undefined ? ` instead of ${inWords(check.running)}` : '';
	return [`${proportion(service)}${instead}`, ...troubles];
}

function shapeReasons(check: ServiceCheck, service: ClusterService): string[] {
	const reasons: string[] = [];
	if (check.published !== undefined && !service.ports.some((port) => port.published === check.published)) {
		const ports = service.ports.filter((port) => port.published > 0).map((port) => String(port.published));
		const seen =
			ports.length > 0 ? `publishes ${ports.length === 1 ? 'port' : 'ports'} ${listed(ports)}` : 'publishes no port';
		reasons.push(`${service.name} ${seen}${ports.length > 0 ? ` instead of ${check.published}` : ''}`);
	}
	const detached = (check.networks ?? []).filter((network) => !service.networks.includes(network));
	if (detached.length > 0) reasons.push(`${service.name} is not attached to ${listed(detached)}`);
	return reasons;
}

/**
 * States of updates are told in Swarm's own words. For a paused one, its message says why, and the fate of the task that it
 * blames, unless that is `said` already.
 */
function updateReasons(
	{ update: wanted }: ServiceCheck,
	{ name, update }: ClusterService,
	state: ClusterState,
	said: readonly string[],
): string[] {
	if (wanted === undefined || update?.state === wanted) return [];
	if (update === undefined) return [`${name} has not been updated yet`];
	const why =
		/paused$/.test(update.state) && update.message ? ` (${quoted(withFate(update.message, state, said))})` : '';
	return [`the update of ${name} is "${update.state}"${why} instead of "${wanted}"`];
}

/** Swarm blames a task by its ID, which says nothing to a person. */
function withFate(message: string, state: ClusterState, said: readonly string[]): string {
	const task = state.tasks.find(({ id }) => message.endsWith(` task ${id}`));
	if (task === undefined) return message;
	const fate = clause([task]);
	return message.replace(`task ${task.id}`, said.includes(fate) ? taskLabel(task) : `a task: ${fate}`);
}

function runningTasks(service: ClusterService, state: ClusterState): ClusterTask[] {
	return state.tasks.filter(
		(task) => task.service === service.name && task.desired === 'running' && task.state === 'running',
	);
}

function nodesOf(tasks: readonly ClusterTask[]): string[] {
	return [...new Set(tasks.flatMap((task) => (task.node === undefined ? [] : [task.node])))];
}

/** The task’s name; a global task’s has a node ID in it, which says nothing to a person. */
function taskLabel(task: ClusterTask): string {
	return task.slot === undefined ? `a task of ${task.service}` : task.name;
}
