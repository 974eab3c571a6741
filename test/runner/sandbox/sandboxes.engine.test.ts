// Sandboxes on a real engine: made, unwound, taken over, swept.
import { createReadStream } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { LabError } from '#contract/errors.ts';
import type { Stage } from '#contract/sandbox.ts';
import { systemClock } from '#runner/clock.ts';
import { label } from '#runner/engine/engine.ts';
import { type OpenedEngine, openEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import type { ClusterHost, SandboxCluster, SandboxNode } from '#runner/sandbox/cluster-access.ts';
import { engineHost } from '#runner/sandbox/engine-host.ts';
import { Sandboxes } from '#runner/sandbox/sandboxes.ts';
import { testConfig } from '../../setup/config.ts';
import { paperRows, threeNodes } from './paper-host.ts';

const instance = `t${process.pid.toString(36)}`;
const labels = { [label.instance]: instance };
let opened: OpenedEngine;
let host: ClusterHost;

/** As one program has it; another has its own, on the same engine. */
function newHost(nodeImage = opened.nodeImage): ClusterHost {
	const config = testConfig();
	return engineHost({
		engine: opened.engine,
		instance,
		subnets: config.subnets,
		nodeImage,
		limits: config.limits.node,
		maxSandboxes: undefined,
		openImage: async (reference) => {
			const tar = opened.lessonImages.get(reference);
			if (tar === undefined) throw new LabError('sandbox.failed', { reason: `there is no image ${reference}` });
			return createReadStream(tar);
		},
		clock: systemClock,
	});
}

beforeAll(async () => {
	opened = await openEngine(testConfig(), silent);
	host = newHost();
});
afterEach(async () => {
	for (const sandbox of await host.list()) await host.destroy(sandbox);
});
afterAll(() => opened?.engine.close());

async function isEmpty(): Promise<boolean> {
	const { engine } = opened;
	return (await engine.listNodes(labels)).length + (await engine.listNetworks(labels)).length === 0;
}

/** Whether the node can connect to a program that listens on this machine's own address. */
async function reachesHost(node: SandboxNode | undefined): Promise<boolean> {
	const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
	const host = interfaces.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
	let connections = 0;
	const server = createServer(() => connections++);
	await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
	const { port } = server.address() as AddressInfo;
	const result = await node?.exec(['socat', '-T1', '-', `TCP:${host}:${port},connect-timeout=1`], { stdin: '' });
	server.close();
	return connections > 0 || result?.exitCode === 0;
}

async function make(images: string[] = [], stages: Stage[] = []): Promise<SandboxCluster> {
	return host.make(
		{ sandbox: 'one', learner: 'ann', topology: threeNodes, images },
		{ signal: AbortSignal.timeout(60_000), onStage: (stage) => stages.push(stage) },
	);
}

test('three nodes with their swarm and images, that know each other by name and nothing else', async () => {
	const stages: Stage[] = [];
	const [image = ''] = opened.lessonImages.keys();
	await using cluster = await make([image], stages);
	const [manager, worker] = cluster.nodes;
	expect(cluster.nodes.map(({ name }) => name)).toEqual(['manager1', 'worker1', 'worker2']);
	expect(
		stages
			.filter(({ state }) => state === 'done')
			.map(({ name }) => name)
			.sort(),
	).toEqual(['network', 'nodes', 'engines', 'images', 'swarm'].sort());
	const listed = await manager?.exec([
		'docker',
		'node',
		'ls',
		'--format',
		'{{.Hostname}} {{.Status}} {{.ManagerStatus}}',
	]);
	const nodes = listed?.stdout
		.trim()
		.split('\n')
		.map((line) => line.trim());
	expect(nodes?.sort()).toEqual(['manager1 Ready Leader', 'worker1 Ready', 'worker2 Ready']);
	for (const node of cluster.nodes) {
		const images = await node.exec(['docker', 'images', '--format', '{{.Repository}}:{{.Tag}}']);
		expect(images.stdout).toContain(image);
	}
	const names = await worker?.exec(['getent', 'hosts', 'manager1', 'worker2']);
	expect(names?.stdout.split('\n').map((line) => line.split(/\s+/)[0])).toEqual([
		cluster.nodes[0]?.address,
		cluster.nodes[2]?.address,
		'',
	]);
	expect(await reachesHost(worker)).toBe(false);
});

test('an unformed topology has engines and no swarm', async () => {
	await using cluster = await host.make(
		{ sandbox: 'two', learner: 'ann', topology: { managers: 1, workers: 1, swarm: 'unformed' }, images: [] },
		{ signal: AbortSignal.timeout(60_000), onStage() {} },
	);
	const info = await cluster.nodes[0]?.engine.get<{ Swarm: { LocalNodeState: string } }>('/info');
	expect(info?.ok && info.value.Swarm.LocalNodeState).toBe('inactive');
});

test('an image that cannot be had unwinds everything, and says which', async () => {
	const stages: Stage[] = [];
	await expect(make(['no/such:image'], stages)).rejects.toThrow(
		'The sandbox could not be made: there is no image no/such:image',
	);
	expect(stages.some(({ name, state }) => name === 'images' && state === 'failed')).toBe(true);
	expect(await isEmpty()).toBe(true);
});

test('a node image that does not exist unwinds everything', async () => {
	const broken = newHost('shoal/no-such-node:1');
	const request = { sandbox: 'three', learner: 'ann', topology: threeNodes, images: [] };
	const making = broken.make(request, { signal: AbortSignal.timeout(60_000), onStage() {} });
	await expect(making).rejects.toThrow('no-such-node');
	expect(await isEmpty()).toBe(true);
});

test('calling it off half-way leaves nothing', async () => {
	const calledOff = new AbortController();
	const request = { sandbox: 'four', learner: 'ann', topology: threeNodes, images: [] };
	const making = host.make(request, {
		signal: calledOff.signal,
		onStage: ({ name }) => name === 'engines' && calledOff.abort(new Error('called off')),
	});
	await expect(making).rejects.toThrow('called off');
	expect(await isEmpty()).toBe(true);
});

test('a restarted runner takes over the nodes as they are, and sweeps what no row knows', async () => {
	const rows = paperRows();
	let ids = 0;
	const open = () =>
		Sandboxes.open({
			host,
			rows,
			clock: systemClock,
			leaseMs: 600_000,
			mostPerLearner: 2,
			newId: () => `sandbox${++ids}`,
			goLive: async () => ({ [Symbol.asyncDispose]: async () => {} }),
			onFault: (error) => {
				throw error;
			},
		});
	const topology = { managers: 1, workers: 1, swarm: 'unformed' } as const;
	const before = await open();
	const { id } = before.create({ learner: 'ann', lesson: 'day-01/a', topology, images: [] });
	await before.settled(id);
	const [manager] = before.cluster(id, 'ann')?.nodes ?? [];
	await manager?.exec(['touch', '/tmp/was-here']);
	const addresses = before.get(id, 'ann').nodes;
	await before[Symbol.asyncDispose]();
	await host.make(
		{ sandbox: 'stray', learner: 'ben', topology, images: [] },
		{ signal: AbortSignal.timeout(60_000), onStage() {} },
	);

	await using after = await open();
	expect(await host.list()).toEqual([id]);
	expect(after.get(id, 'ann')).toMatchObject({ state: 'ready', nodes: addresses });
	const [same] = after.cluster(id, 'ann')?.nodes ?? [];
	expect((await same?.exec(['ls', '/tmp/was-here']))?.exitCode).toBe(0);

	expect(await after.remove(id, 'ann')).toBe(true);
	expect(await isEmpty()).toBe(true);
});

test('two sandboxes at once get networks of their own, also when two programs make them', async () => {
	const topology = { managers: 1, workers: 0, swarm: 'unformed' } as const;
	const options = { signal: AbortSignal.timeout(60_000), onStage() {} };
	const other = newHost();
	const clusters = await Promise.all(
		[host, host, other, other].map((on, index) =>
			on.make({ sandbox: `many${index}`, learner: 'ann', topology, images: [] }, options),
		),
	);
	const addresses = clusters.flatMap(({ nodes }) => nodes.map(({ address }) => address));
	expect(new Set(addresses).size).toBe(4);
	for (const cluster of clusters) await cluster[Symbol.asyncDispose]();
});
