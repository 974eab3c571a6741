// Suite: tries behaviours in clusters and says yes or no to each.
import { readFileSync } from 'node:fs';
import { type Behaviour, type Group, partsOf } from './behaviour.ts';
import type { Cluster, MakeCluster } from './cluster.ts';

export interface Result {
	group: string;
	name: string;
	docs: string;
	yes: boolean;
	seconds: number;
	/** For a no: what was expected and what came. */
	because?: string;
}

const prelude = readFileSync(new URL('prelude.sh', import.meta.url), 'utf8');
const removeServices = 'docker service ls -q | xargs -r docker service rm >/dev/null 2>&1; true';
/** Tasks take seconds to stop by themselves, and the next behaviour’s service has the same name. */
const removeTasks = `for i in $(seq 10); do
	ids=$(docker ps -aq --filter label=com.docker.swarm.service.id); [ -z "$ids" ] && break
	docker rm -f $ids >/dev/null 2>&1; sleep 0.2
done`;

/** Tries all behaviours of a group, in order, in one cluster of its own. Results come as they are known. */
export async function tryGroup(
	group: Group,
	options: { makeCluster: MakeCluster; slowness: number; onResult: (result: Result) => void },
): Promise<Result[]> {
	const results: Result[] = [];
	const tell = (behaviour: Behaviour, began: number, because: string | undefined) => {
		const { name, docs } = behaviour;
		const seconds = (performance.now() - began) / 1000;
		const result: Result = {
			group: group.name,
			name,
			docs,
			yes: because === undefined,
			seconds,
			...(because ? { because } : {}),
		};
		results.push(result);
		options.onResult(result);
	};
	const began = performance.now();
	const cluster = await options.makeCluster(group.topology, group.images).catch((error: Error) => error);
	if (cluster instanceof Error) {
		for (const behaviour of group.behaviours)
			tell(behaviour, began, `the cluster could not be made: ${cluster.message}`);
		return results;
	}
	await using made = cluster;
	for (const behaviour of group.behaviours) {
		const start = performance.now();
		const because = await tryBehaviour(behaviour, made, options.slowness).catch((error: Error) => error.message);
		tell(behaviour, start, because);
		if (!group.keep) await tidyUp(made, options.slowness);
	}
	return results;
}

async function tidyUp(cluster: Cluster, slowness: number): Promise<void> {
	const on = (node: string, script: string) => cluster.run(node, script, 30_000 * slowness).catch(() => undefined);
	await on('manager1', removeServices);
	await Promise.all(cluster.nodes.map((node) => on(node, removeTasks)));
}

/** `undefined` when the behaviour is as expected, otherwise why not. */
async function tryBehaviour(behaviour: Behaviour, cluster: Cluster, slowness: number): Promise<string | undefined> {
	const variables = cluster.nodes.map((node) => `${node.toUpperCase()}=${cluster.address(node)}`).join(' ');
	const deadline = performance.now() + (behaviour.seconds ?? 60) * 1000 * slowness;
	let output = '';
	let errors = '';
	for (const part of partsOf(behaviour.script)) {
		if (part.type === 'set') {
			await cluster.setNode(part.node, part.action);
			continue;
		}
		if (part.type === 'told') {
			output += `${(await cluster.told()).join('\n')}\n`;
			continue;
		}
		const left = Math.max(deadline - performance.now(), 1000);
		const tokens = part.script.includes('_TOKEN') ? await joinTokens(cluster, slowness) : '';
		const script = `export SLOW=${slowness} ${variables} ${tokens}\n${prelude}\nset -e\n${part.script}`;
		const answer = await cluster.run(part.node, script, left);
		output += answer.stdout;
		errors += answer.stderr;
		if (answer.exitCode !== 0)
			return `on ${part.node} the script ended with ${answer.exitCode}: ${shorten(`${answer.stdout}\n${answer.stderr}`)}`;
	}
	if (behaviour.expect.test(output)) return undefined;
	const said = errors.trim() === '' ? '' : `; stderr: ${shorten(errors)}`;
	return `expected ${behaviour.expect}, got: ${shorten(output)}${said}`;
}

/** `WORKER_TOKEN=... MANAGER_TOKEN=...` of the first node that can say. */
async function joinTokens(cluster: Cluster, slowness: number): Promise<string> {
	const script =
		'echo WORKER_TOKEN=$(docker swarm join-token -q worker) MANAGER_TOKEN=$(docker swarm join-token -q manager)';
	for (const node of cluster.nodes) {
		const answer = await cluster.run(node, script, 20_000 * slowness).catch(() => undefined);
		if (answer?.stdout.includes('SWMTKN')) return answer.stdout.trim();
	}
	throw new Error('no node gives a join token');
}

/** The last lines: errors come last. */
function shorten(text: string): string {
	const lines = text
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '');
	return lines.slice(-6).join(' / ').slice(-600);
}
