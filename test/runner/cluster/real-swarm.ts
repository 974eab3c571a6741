// Real swarm: a few real nodes on a real engine, for tests and recordings of this folder. Sandboxes proper are made elsewhere.
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeHandle } from '#runner/cluster/snapshot.ts';
import { label } from '#runner/engine/engine.ts';
import type { OpenedEngine } from '#runner/engine/open-engine.ts';

export interface RealNode extends NodeHandle {
	container: string;
}

export interface RealSwarm extends AsyncDisposable {
	nodes: RealNode[];
	node(name: string): RealNode;
	/** Runs a shell command in a node; resolves with its output, whatever its exit code. */
	run(node: string, command: string): Promise<string>;
	setNode(node: string, action: 'kill' | 'start' | 'pause' | 'unpause'): Promise<void>;
	/** Makes all nodes one swarm. */
	form(): Promise<void>;
	/** Waits until every node's engine answers. */
	ready(): Promise<void>;
}

export interface RealSwarmOptions {
	/** Marks what is made, and names it. */
	instance: string;
	/** Third and fourth byte of the subnet, in which nothing else on this engine is. */
	subnet: string;
	managers: number;
	workers: number;
	/** Lesson images to load into every node. */
	images?: readonly string[];
}

/** Makes nodes, without a swarm. Dispose to remove them. */
export async function realSwarm(opened: OpenedEngine, options: RealSwarmOptions): Promise<RealSwarm> {
	const { engine, nodeImage, lessonImages } = opened;
	const labels = { [label.instance]: options.instance };
	const prefix = `10.213.${options.subnet.split('.')[0]}`;
	const first = Number(options.subnet.split('.')[1] ?? 0);
	const network = `shoal-${options.instance}-${options.subnet}`;
	const networkId = await engine.createNetwork({
		name: network,
		subnet: `${prefix}.${first}/28`,
		internal: true,
		labels,
	});
	const numbered = (role: string, count: number) => Array.from({ length: count }, (_, index) => `${role}${index + 1}`);
	const names = [...numbered('manager', options.managers), ...numbered('worker', options.workers)];
	const nodes = await Promise.all(
		names.map(async (name, index): Promise<RealNode> => {
			const address = `${prefix}.${first + index + 2}`;
			const container = await engine.startNode({
				name: `${network}-${name}`,
				hostname: name,
				image: nodeImage,
				networkId,
				address,
				labels: { ...labels, [label.node]: name },
				limits: { memoryBytes: 1024 ** 3, cpus: 2, pids: 2048 },
			});
			return { name, address, container, engine: engine.nodeEngine(container) };
		}),
	);
	const node = (name: string) => {
		const found = nodes.find((each) => each.name === name);
		if (!found) throw new Error(`no node ${name}`);
		return found;
	};
	const swarm: RealSwarm = {
		nodes,
		node,
		async run(name, command) {
			const { stdout, stderr } = await engine.exec(node(name).container, ['sh', '-c', command], { timeoutMs: 60_000 });
			return stdout + stderr;
		},
		setNode: (name, action) => engine.setNode(node(name).container, action),
		async form() {
			const [leader, ...others] = nodes;
			if (!leader) return;
			await swarm.run(leader.name, `docker swarm init --advertise-addr ${leader.address}`);
			const token = async (role: string) => (await swarm.run(leader.name, `docker swarm join-token -q ${role}`)).trim();
			const tokens = { manager: await token('manager'), worker: await token('worker') };
			for (const { name } of others) {
				const own = name.startsWith('manager') ? tokens.manager : tokens.worker;
				await swarm.run(name, `docker swarm join --token ${own} ${leader.address}:2377`);
			}
		},
		async ready() {
			const signal = AbortSignal.timeout(60_000);
			for (const each of nodes) {
				while (
					!(await each.engine.get('/info', { signal, timeoutMs: 2_000 }).then(
						({ ok }) => ok,
						() => false,
					))
				) {
					await sleep(50, undefined, { signal });
				}
			}
		},
		async [Symbol.asyncDispose]() {
			await Promise.all(nodes.map((each) => each.engine.close()));
			await Promise.all(nodes.map((each) => engine.removeNode(each.container)));
			await engine.removeNetwork(networkId);
		},
	};
	await swarm.ready();
	for (const image of options.images ?? []) {
		const tar = lessonImages.get(image);
		if (tar) await Promise.all(nodes.map((each) => each.engine.loadImage(createReadStream(tar))));
	}
	return swarm;
}
