// Snapshot: what every node's engine says of itself, and what one manager says of the cluster, at one moment, unjudged.
import type { NodeEngine, Refusal } from '#runner/engine/engine.ts';
import type { Config, LocalSwarm, Network, Secret, Service, SwarmNode, SystemInfo, Task } from './docker-types.ts';

/** A node of the sandbox and the way to its engine. */
export interface NodeHandle {
	name: string;
	address: string;
	engine: NodeEngine;
}

/** What a node's engine said of itself, or why it said nothing. */
export type NodeAnswer = { reachable: true; info: SystemInfo } | { reachable: false; reason: string };

export interface NodeView {
	name: string;
	address: string;
	answer: NodeAnswer;
}

/** The managers' lists, as one manager gave them. Never a join token: they are asked for only when a command needs one. */
export interface ManagerLists {
	nodes: SwarmNode[];
	services: Service[];
	tasks: Task[];
	networks: Network[];
	secrets: Secret[];
	configs: Config[];
}

/** `no-manager`: no node that answers calls itself a manager. `no-leader`: some do, and each says that it cannot speak. */
export type ClusterAnswer =
	| { type: 'lists'; speaker: string; lists: ManagerLists }
	| { type: 'no-leader'; refusals: { node: string; reason: string }[] }
	| { type: 'no-manager' };

/** Made of JSON alone, so that a real one can be stored as a test's fixture. */
export interface Snapshot {
	nodes: NodeView[];
	cluster: ClusterAnswer;
}

/** A node that has not said within this time what it is, is down. `/info` takes 5 to 20 ms. */
const nodeTimeoutMs = 2_000;
/** For the second question to a node that did not answer the first. */
const versionTimeoutMs = 400;
/** So long takes `askNode` at most. */
export const askNodeMostMs = nodeTimeoutMs + versionTimeoutMs;
/** A manager without a leader may wait long before it says so; the next manager, or the answer `no-leader`, is better. */
export const managerTimeoutMs = 1_500;

const listPaths = {
	nodes: '/nodes',
	services: '/services?status=true',
	tasks: '/tasks',
	networks: `/networks?filters=${encodeURIComponent('{"scope":["swarm"]}')}`,
	secrets: '/secrets',
	configs: '/configs',
} as const;

/** Asks all nodes at once, then managers in turn until one can speak for the cluster. Throws only when aborted. */
export async function takeSnapshot(nodes: readonly NodeHandle[], signal: AbortSignal): Promise<Snapshot> {
	const views = await Promise.all(nodes.map((node) => askNode(node, signal)));
	return { nodes: views, cluster: await askManagers(nodes, views, signal) };
}

/** What one node's engine says of itself. An engine that does not answer is an answer; throws only when aborted. */
export async function askNode({ name, address, engine }: NodeHandle, signal: AbortSignal): Promise<NodeView> {
	try {
		const answer = await engine.get<SystemInfo>('/info', { signal, timeoutMs: nodeTimeoutMs });
		if (answer.ok) return { name, address, answer: { reachable: true, info: answer.value } };
		return { name, address, answer: { reachable: false, reason: answer.refusal.message } };
	} catch (error) {
		signal.throwIfAborted();
		const isUp = await answersAtAll(engine, signal);
		if (isUp) return { name, address, answer: { reachable: true, info: { Name: name, Swarm: leaderless } } };
		return { name, address, answer: { reachable: false, reason: reasonOf(error) } };
	}
}

/**
 * While managers have lost their leader and do not know it yet, `/info` waits for it, on managers alone: an engine that
 * answers anything else is such a manager, not one that is down.
 */
async function answersAtAll(engine: NodeEngine, signal: AbortSignal): Promise<boolean> {
	try {
		return (await engine.get('/version', { signal, timeoutMs: versionTimeoutMs })).ok;
	} catch {
		signal.throwIfAborted();
		return false;
	}
}

const leaderless: LocalSwarm = {
	LocalNodeState: 'active',
	ControlAvailable: true,
	Error: 'It waits for a leader and has not answered.',
};

/**
 * The cluster as the first manager tells it that can. Managers whose swarm has most nodes are asked first: a learner may
 * have started a second swarm. A manager that says of itself that it cannot speak is not asked.
 */
export async function askManagers(
	nodes: readonly NodeHandle[],
	views: readonly NodeView[],
	signal: AbortSignal,
): Promise<ClusterAnswer> {
	const managers = nodes
		.map((node) => ({ node, swarm: localSwarm(views.find((view) => view.name === node.name)) }))
		.filter(({ swarm }) => swarm?.ControlAvailable === true)
		.sort((a, b) => (b.swarm?.Nodes ?? 0) - (a.swarm?.Nodes ?? 0));
	if (managers.length === 0) return { type: 'no-manager' };
	const refusals: { node: string; reason: string }[] = [];
	for (const { node, swarm } of managers) {
		if (swarm?.Error) {
			refusals.push({ node: node.name, reason: swarm.Error });
			continue;
		}
		const answer = await askManager(node.engine, signal);
		if (answer.ok) return { type: 'lists', speaker: node.name, lists: answer.lists };
		refusals.push({ node: node.name, reason: answer.reason });
	}
	return { type: 'no-leader', refusals };
}

async function askManager(
	engine: NodeEngine,
	signal: AbortSignal,
): Promise<{ ok: true; lists: ManagerLists } | { ok: false; reason: string }> {
	const options = { signal, timeoutMs: managerTimeoutMs };
	const ask = async <T>(path: string): Promise<T[]> => {
		const answer = await engine.get<T[] | null>(path, options);
		if (!answer.ok) throw new Refused(answer.refusal);
		return answer.value ?? [];
	};
	try {
		// One after another: a connection is a process in the node, and one that is kept answers each of these in 2 ms.
		const nodes = await ask<SwarmNode>(listPaths.nodes);
		const services = await ask<Service>(listPaths.services);
		const tasks = await ask<Task>(listPaths.tasks);
		const networks = await ask<Network>(listPaths.networks);
		const secrets = await ask<Secret>(listPaths.secrets);
		const configs = await ask<Config>(listPaths.configs);
		return { ok: true, lists: { nodes, services, tasks, networks, secrets, configs } };
	} catch (error) {
		signal.throwIfAborted();
		return { ok: false, reason: reasonOf(error) };
	}
}

class Refused extends Error {
	constructor(refusal: Refusal) {
		super(refusal.message);
	}
}

function localSwarm(view: NodeView | undefined) {
	return view?.answer.reachable ? view.answer.info.Swarm : undefined;
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
