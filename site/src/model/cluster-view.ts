// Cluster view: what the map and its table show of a cluster state.
import type { ClusterNode, ClusterState, ClusterTask } from '#contract/cluster.ts';
import { strings } from '../strings.ts';

/** "starting": on its way. "leaving": told to stop. "failed": Swarm will try again or has given up. */
export type TaskPhase = 'running' | 'starting' | 'leaving' | 'failed';

export interface TaskView {
	id: string;
	/** `goweb.1` */
	name: string;
	service: string;
	/** Same place in the same service, whatever task fills it: what moves when Swarm replaces a task elsewhere. */
	slot: string;
	phase: TaskPhase;
	/** `goweb.1: running`, with Swarm's error where there is one. */
	text: string;
	/** 0 to `colourCount` - 1, one colour for each service. */
	colour: number;
}
export interface NodeView {
	name: string;
	role: 'manager' | 'worker' | 'none';
	leader: boolean;
	/** Whether it can take and keep tasks; colours the node. */
	health: 'good' | 'limited' | 'bad' | 'outside';
	/** `Manager, leader` */
	roleText: string;
	/** `Ready`, `Drained`, `Down`, `Not in a swarm` */
	statusText: string;
	tasks: TaskView[];
}
export interface ServiceView {
	name: string;
	running: number;
	replicas: number;
	ports: string[];
	colour: number;
}
export interface ClusterView {
	/** One sentence on the whole. */
	summary: string;
	swarm: ClusterState['swarm'];
	nodes: NodeView[];
	services: ServiceView[];
	/** Tasks that the scheduler has no node for yet. */
	waiting: TaskView[];
}

export const colourCount = 6;

/** Gives each service name a colour number, and the same one for as long as the page lives. */
export function createColours(): (service: string) => number {
	const given = new Map<string, number>();
	return (service) => {
		const colour = given.get(service) ?? given.size % colourCount;
		given.set(service, colour);
		return colour;
	};
}

export function viewCluster(cluster: ClusterState, colourOf: (service: string) => number): ClusterView {
	const services = cluster.services.map(
		({ name, running, replicas, ports }): ServiceView => ({
			name,
			running,
			replicas,
			ports: ports.map(({ published, target }) => `${published} → ${target}`),
			colour: colourOf(name),
		}),
	);
	const shown = cluster.tasks.flatMap((task) => {
		const phase = phaseOf(task);
		return phase ? [{ node: task.node, view: viewTask(task, phase, colourOf(task.service)) }] : [];
	});
	const nodes = cluster.nodes.map((node) => ({
		...viewNode(node),
		tasks: shown.filter((task) => task.node === node.name).map(({ view }) => view),
	}));
	return {
		summary: summarize(cluster),
		swarm: cluster.swarm,
		nodes,
		services,
		waiting: shown.filter(({ node }) => node === undefined).map(({ view }) => view),
	};
}

const over = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);
const broken = new Set(['failed', 'rejected', 'orphaned']);

/** Nothing for tasks that belong to history: over, and not meant to run. */
function phaseOf({ state, desired }: ClusterTask): TaskPhase | undefined {
	const wanted = desired === 'running' || desired === 'ready';
	if (over.has(state)) return wanted && broken.has(state) ? 'failed' : undefined;
	if (!wanted && desired !== 'complete') return 'leaving';
	return state === 'running' ? 'running' : 'starting';
}

function viewTask(task: ClusterTask, phase: TaskPhase, colour: number): TaskView {
	const state = phase === 'leaving' ? strings.cluster.leaving : task.state;
	return {
		id: task.id,
		name: task.name,
		service: task.service,
		slot: task.slot === undefined ? task.name : `${task.service}.${task.slot}`,
		phase,
		text: `${task.name}: ${state}${task.error ? ` (${task.error})` : ''}`,
		colour,
	};
}

function viewNode(node: ClusterNode): Omit<NodeView, 'tasks'> {
	const words = strings.cluster;
	const inSwarm = node.swarm === 'active' || node.role !== undefined;
	const role = inSwarm ? (node.role ?? 'none') : 'none';
	const roleText =
		role === 'manager' ? (node.leader ? words.leader : words.manager) : role === 'worker' ? words.worker : '';
	const [statusText, health] = statusOf(node);
	return { name: node.name, role, leader: node.leader, roleText, statusText, health };
}

function statusOf(node: ClusterNode): [string, NodeView['health']] {
	const words = strings.cluster;
	if (node.engine === 'down') return [words.engineDown, 'bad'];
	if (node.swarm === 'locked') return [words.locked, 'bad'];
	if (node.swarm === 'error') return [words.error, 'bad'];
	if (node.swarm === 'pending') return [words.joining, 'limited'];
	if (node.status === 'down') return [words.down, 'bad'];
	if (node.reachability === 'unreachable') return [words.unreachable, 'bad'];
	if (node.swarm === 'none' && node.role === undefined) return [words.outside, 'outside'];
	if (node.availability === 'drain') return [words.drained, 'limited'];
	if (node.availability === 'pause') return [words.paused, 'limited'];
	if (node.status === 'ready') return [words.ready, 'good'];
	return [words.unknown, 'limited'];
}

function summarize({ swarm, nodes, services }: ClusterState): string {
	const words = strings.cluster;
	if (swarm === 'none') return words.noSwarm(nodes.length);
	if (swarm === 'no-leader') return words.noLeader;
	if (swarm === 'unknown') return words.unknownSwarm;
	const ready = nodes.filter((node) => node.status === 'ready');
	const managers = ready.filter((node) => node.role === 'manager').length;
	return words.formed(managers, ready.length - managers, services.length);
}
