// Shoal's own nodes for the conformance suite: unprivileged, in a user namespace, with the mesh.
import { randomInt, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeNames, type Topology } from '#contract/topology.ts';
import { type Engine, label } from '#runner/engine/engine.ts';
import { type Balancer, type Mesh, startMesh } from '#runner/mesh/mesh.ts';
import type { Answer, Cluster, MakeCluster } from './cluster.ts';

export interface ShoalNodesOptions {
	engine: Engine;
	instance: string;
	nodeImage: string;
	/** Image name -> file with its `docker save` tar. */
	images: ReadonlyMap<string, string>;
	/** 1 on a real machine, 10 in an emulated one: every wait is this much longer. */
	slowness: number;
	/** Told what the mesh could not do. */
	onProblem: (problem: string) => void;
	/** `false`: there is none. */
	mesh?: boolean;
	/** Who must be the one that balances where there is a mesh: `mesh` when not said, or what it steps aside for. */
	balancer?: Balancer;
}

/** /28 networks for the suite, at the far end of the sandboxes' range. */
async function freeSubnet(engine: Engine, instance: string): Promise<{ subnet: string; first: string }> {
	const taken = new Set((await engine.listNetworks({ [label.instance]: instance })).map((network) => network.subnet));
	// From a random place on: another run of the suite may be choosing at this moment.
	const start = randomInt(256);
	for (let step = 0; step < 256; step++) {
		const index = (start + step) % 256;
		const prefix = `10.213.${240 + Math.floor(index / 16)}`;
		const base = (index % 16) * 16;
		if (!taken.has(`${prefix}.${base}/28`)) return { subnet: `${prefix}.${base}/28`, first: `${prefix}.${base + 2}` };
	}
	throw new Error('no subnet is free for another cluster');
}

function addressAfter(first: string, index: number): string {
	const parts = first.split('.').map(Number);
	return [...parts.slice(0, 3), (parts[3] ?? 0) + index].join('.');
}

/** What lasts for so long, the learner is told. */
const toldAfterMs = 6_000;

/** Networks are taken one at a time, or two clusters would choose the same. */
let choosing: Promise<unknown> = Promise.resolve();

export function shoalNodes(options: ShoalNodesOptions): MakeCluster {
	const { engine, instance, slowness } = options;
	return async (topology, images) => {
		const id = randomUUID().slice(0, 8);
		const labels = { [label.instance]: instance, [label.sandbox]: `conformance-${id}` };
		const chosen = choosing.then(async () => {
			const free = await freeSubnet(engine, instance);
			const networkId = await engine.createNetwork({
				name: `shoal-conformance-${id}`,
				subnet: free.subnet,
				internal: true,
				labels,
			});
			return { ...free, networkId };
		});
		choosing = chosen.catch(() => undefined);
		const { first, networkId } = await chosen;
		const names = nodeNames(topology);
		const addresses = new Map(names.map((name, index) => [name, addressAfter(first, index)]));
		const address = (name: string) => addresses.get(name) ?? '';
		const containers = new Map<string, string>();
		await Promise.all(
			names.map(async (name) => {
				const containerId = await engine.startNode({
					name: `conformance-${id}-${name}`,
					hostname: name,
					image: options.nodeImage,
					networkId,
					address: address(name),
					labels: { ...labels, [label.node]: name },
					limits: { memoryBytes: 1024 ** 3, cpus: 2, pids: 2048 },
				});
				containers.set(name, containerId);
			}),
		);
		const containerOf = (name: string) => containers.get(name) ?? '';
		const run = (name: string, script: string, timeoutMs: number): Promise<Answer> =>
			engine.exec(containerOf(name), ['bash', '-c', script], { timeoutMs });
		await Promise.all(
			names.map((name) => untilDockerAnswers((script) => run(name, script, 30_000 * slowness), 60_000 * slowness)),
		);
		const mesh =
			options.mesh === false
				? undefined
				: startMesh({
						nodes: names.map((name) => ({ name, address: address(name), containerId: containerOf(name) })),
						engine,
						onTroubles: (troubles) => {
							for (const { nodes, text } of troubles) options.onProblem(`mesh: ${nodes.join(', ')}: ${text}`);
						},
					});
		const cluster: Cluster = {
			nodes: names,
			address,
			run,
			told: async () => {
				await sleep(toldAfterMs);
				return mesh?.troubles().map(({ text }) => text) ?? [];
			},
			setNode: async (name, action) => {
				await engine.setNode(containerOf(name), action);
				if (action === 'start' || action === 'restart')
					await untilDockerAnswers((script) => run(name, script, 30_000 * slowness), 60_000 * slowness);
			},
			[Symbol.asyncDispose]: async () => {
				await mesh?.[Symbol.asyncDispose]();
				await Promise.all([...containers.values()].map((container) => engine.removeNode(container)));
				await engine.removeNetwork(networkId);
			},
		};
		await Promise.all(
			names.flatMap((name) =>
				images.map(async (image) => {
					const tar = options.images.get(image);
					if (!tar) throw new Error(`there is no image ${image}`);
					const inner = engine.nodeEngine(containerOf(name));
					await inner.loadImage(createReadStream(tar), { timeoutMs: 120_000 * slowness });
					await inner.close();
				}),
			),
		);
		if (topology.swarm === 'formed') await formSwarm(cluster, topology, slowness);
		if (mesh) await untilBalancedBy(options.balancer ?? 'mesh', mesh, names, 10_000 * slowness);
		return cluster;
	};
}

async function untilDockerAnswers(run: (script: string) => Promise<Answer>, timeoutMs: number): Promise<void> {
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		// A container that was started this moment may still refuse an exec.
		const answer = await run(
			'for i in $(seq 100); do docker version >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1',
		).catch(() => undefined);
		if (answer?.exitCode === 0) return;
		if (performance.now() > deadline) throw new Error('a node’s Docker Engine did not start');
		await sleep(100);
	}
}

async function untilBalancedBy(wanted: Balancer, mesh: Mesh, nodes: string[], timeoutMs: number): Promise<void> {
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		const other = nodes.find((node) => mesh.balancerOf(node) !== wanted);
		if (other === undefined) return;
		if (performance.now() > deadline)
			throw new Error(`${other} is balanced by ${mesh.balancerOf(other)}, and should be by ${wanted}`);
		await sleep(100);
	}
}

/** `docker swarm init` on the first manager, `docker swarm join` on all others. */
export async function formSwarm(cluster: Cluster, topology: Topology, slowness: number): Promise<void> {
	const say = async (node: string, script: string) => {
		const answer = await cluster.run(node, script, 60_000 * slowness);
		if (answer.exitCode !== 0) throw new Error(`${node}: ${script}: ${answer.stderr}`);
		return answer.stdout.trim();
	};
	const first = cluster.nodes[0] ?? 'manager1';
	await say(first, `docker swarm init --advertise-addr ${cluster.address(first)}`);
	const [managerToken, workerToken] = await Promise.all([
		say(first, 'docker swarm join-token -q manager'),
		say(first, 'docker swarm join-token -q worker'),
	]);
	const join = (node: string) =>
		say(
			node,
			`docker swarm join --token ${node.startsWith('manager') ? managerToken : workerToken} ${cluster.address(first)}:2377`,
		);
	// Managers one by one: each changes the quorum.
	for (const node of cluster.nodes.slice(1, topology.managers)) await join(node);
	await Promise.all(cluster.nodes.slice(topology.managers).map(join));
}
