// Docker engine, on a real one: nodes, commands, terminals, connections, and the engine inside a node.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LabError } from '#contract/errors.ts';
import type { DockerEngine } from '#runner/engine/docker-engine.ts';
import { label, type NodeSpec } from '#runner/engine/engine.ts';
import { ensureImage } from '#runner/engine/images.ts';
import { openEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import { testConfig } from '../../setup/config.ts';

const config = testConfig();
const labels = { [label.instance]: config.instance, [label.sandbox]: 'engine-test' };
let engine: DockerEngine;
let image: string;
let networkId: string;
let id: string;

const nodeSpec = (hostname: string, address: string): NodeSpec => ({
	name: `engine-test-${hostname}`,
	hostname,
	image,
	networkId,
	address,
	labels: { ...labels, [label.node]: hostname },
	limits: { memoryBytes: 512 * 1024 ** 2, cpus: 1, pids: 1000 },
});

/** Asks until the node's engine answers. */
async function ready(node: string): Promise<void> {
	const inner = engine.nodeEngine(node);
	const deadline = Date.now() + 30_000;
	while (
		!(await inner.get('/_ping').then(
			({ ok }) => ok,
			() => false,
		))
	) {
		if (Date.now() > deadline) throw new Error('the engine in the node does not answer');
		await delay(100);
	}
	await inner.close();
}

async function removeAll(): Promise<void> {
	for (const node of await engine.listNodes(labels)) await engine.removeNode(node.id);
	for (const network of await engine.listNetworks(labels)) await engine.removeNetwork(network.id);
}

beforeAll(async () => {
	({ engine, nodeImage: image } = await openEngine(config, silent));
	await removeAll();
	networkId = await engine.createNetwork({ name: 'engine-test', subnet: '10.213.255.240/28', internal: true, labels });
	id = await engine.startNode(nodeSpec('manager1', '10.213.255.242'));
	await ready(id);
});

afterAll(async () => {
	await removeAll();
	await engine.close();
});

test('it is listed by its labels, with its address', async () => {
	const nodes = await engine.listNodes(labels);
	expect(nodes).toMatchObject([
		{ id, name: 'engine-test-manager1', state: 'running', addresses: { 'engine-test': '10.213.255.242' } },
	]);
	expect(await engine.listNodes({ ...labels, [label.sandbox]: 'another' })).toEqual([]);
	expect(await engine.listNetworks(labels)).toMatchObject([{ id: networkId, subnet: '10.213.255.240/28' }]);
});

test('an image is built beside it', async () => {
	const [folder, cache] = [
		await mkdtemp(join(tmpdir(), 'shoal-image-')),
		await mkdtemp(join(tmpdir(), 'shoal-cache-')),
	];
	const reference = `shoal/built:${Date.now()}`;
	try {
		await writeFile(join(folder, 'Dockerfile'), `FROM ${image}\nRUN true\n`);
		await ensureImage(engine, { reference, folder, hash: 'test' }, cache, () => {});
		expect(await engine.hasImage(reference)).toBe(true);
	} finally {
		await engine.docker
			.getImage(reference)
			.remove({ force: true })
			.catch(() => {});
		await Promise.all([folder, cache].map((path) => rm(path, { recursive: true })));
	}
});

describe('the node', () => {
	const shell = async (script: string) => {
		const { exitCode, stdout, stderr } = await engine.exec(id, ['bash', '-c', script]);
		return { exitCode, output: (stdout + stderr).trim() };
	};

	test('knows its name and its limits', async () => {
		expect(await shell('hostname')).toEqual({ exitCode: 0, output: 'manager1' });
		const limit = 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null';
		expect((await shell(limit)).output).toBe(String(512 * 1024 ** 2));
	});

	test('cannot raise its limits', async () => {
		const raise =
			'f=/sys/fs/cgroup/memory.max; [ -e $f ] || f=/sys/fs/cgroup/memory/memory.limit_in_bytes; echo 1073741824 >$f';
		expect((await shell(raise)).output).toMatch(/Permission denied/);
	});

	test.each([
		['the host’s kernel settings', 'echo x >/proc/sys/kernel/core_pattern'],
		['the host’s disk', 'mknod /tmp/disk b 254 0 && head -c1 /tmp/disk'],
		['the host’s kernel log', 'dmesg'],
		['the host’s own sysfs', 'ls /run/hostsys/kernel'],
		['a module', 'unshare -m true && modprobe dummy && lsmod | grep dummy'],
	])('does not reach %s', async (_what, script) => {
		expect((await shell(script)).exitCode).not.toBe(0);
	});

	test('has no way out of its network, not even to the host', async () => {
		const server = createServer((socket) => socket.end('reached')).listen(0, '0.0.0.0');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		const own = Object.values(networkInterfaces()).flatMap((list = []) =>
			list.filter(({ family }) => family === 'IPv4'),
		);
		const targets = own.map(({ address }) => `socat -T1 - TCP:${address}:${port},connect-timeout=1 </dev/null &`);
		expect((await shell(`(${targets.join(' ')} wait) 2>/dev/null`)).output).toBe('');
		server.close();
	});
});

describe('a command', () => {
	test('gives its output, its errors and its exit code', async () => {
		const result = await engine.exec(id, ['sh', '-c', 'echo out; echo err >&2; exit 3']);
		expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
	});

	test('reads its input to the end', async () => {
		const { stdout } = await engine.exec(id, ['wc', '-c'], { stdin: 'x'.repeat(300_000) });
		expect(stdout.trim()).toBe('300000');
	});

	test('that writes without end is cut at a mebibyte', async () => {
		const { stdout, exitCode } = await engine.exec(id, ['sh', '-c', 'head -c 3000000 /dev/zero | tr "\\0" x']);
		expect({ length: stdout.length, exitCode }).toEqual({ length: 1024 * 1024, exitCode: 0 });
	});

	test('that takes too long is an error that says so', async () => {
		const failure = await engine
			.exec(id, ['sleep', '30'], { timeoutMs: 500 })
			.catch((error: LabError) => error.message);
		expect(failure).toMatchInlineSnapshot(
			`"The Docker Engine did not answer in 0.5 s while running sleep. Try again."`,
		);
	});

	test('can be called off', async () => {
		const controller = new AbortController();
		const running = engine.exec(id, ['sleep', '30'], { signal: controller.signal });
		setTimeout(() => controller.abort(new Error('enough')), 200);
		await expect(running).rejects.toThrow('enough');
	});

	test('in a container that is gone is an error about the node', async () => {
		const failure = await engine.exec('0123456789ab', ['true']).catch((error: LabError) => error);
		expect(failure).toBeInstanceOf(LabError);
		expect((failure as LabError).code).toBe('node.unreachable');
	});
});

describe('a pipe', () => {
	test('carries bytes both ways and ends with its program', async () => {
		const pipe = await engine.openPipe(id, ['sh', '-c', 'cat; exit 5']);
		pipe.duplex.end('there and back');
		let text = '';
		for await (const chunk of pipe.duplex) text += chunk;
		expect(text).toBe('there and back');
		expect(await pipe.ended).toBe(5);
	});

	test('a megabyte comes back whole', async () => {
		const pipe = await engine.openPipe(id, ['cat']);
		const sent = Buffer.alloc(1024 * 1024, 'abcdefg');
		pipe.duplex.end(sent);
		const back = Buffer.concat(await pipe.duplex.toArray());
		expect(back.equals(sent)).toBe(true);
	});

	test('its program ends when it is destroyed', async () => {
		const pipe = await engine.openPipe(id, ['sh', '-c', 'exec cat # marked']);
		pipe.duplex.destroy();
		await pipe.ended;
		await delay(300);
		expect((await engine.exec(id, ['pgrep', '-xc', 'cat'])).stdout.trim()).toBe('0');
	});
});

describe('dialing', () => {
	test('reaches a socket and a port', async () => {
		const socket = await engine.dial(id, 'unix:/var/run/docker.sock');
		socket.write('GET /_ping HTTP/1.0\r\n\r\n');
		let text = '';
		for await (const chunk of socket) text += chunk;
		expect(text).toMatch(/^HTTP\/1.0 200 OK[\s\S]*OK$/);
	});

	test('ends at once where nobody listens', async () => {
		const nothing = await engine.dial(id, 'tcp:127.0.0.1:9');
		expect(await nothing.toArray()).toEqual([]);
	});
});

describe('the engine in the node', () => {
	test('answers, and refuses, as values', async () => {
		const inner = engine.nodeEngine(id);
		const version = await inner.get<{ ApiVersion: string }>('/version');
		expect(version).toMatchObject({ ok: true, value: { Os: 'linux' } });
		expect(await inner.get('/services')).toEqual({
			ok: false,
			refusal: { status: 503, message: expect.stringContaining('not a swarm manager') },
		});
		await inner.close();
	});

	test('many questions share a few connections', async () => {
		const inner = engine.nodeEngine(id);
		for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 8 }, () => inner.get('/version')));
		const { stdout } = await engine.exec(id, ['pgrep', '-xc', 'socat']);
		expect(Number(stdout)).toBeLessThanOrEqual(3);
		await inner.close();
	});

	test('tells what happens from the moment it says that it listens', async () => {
		const inner = engine.nodeEngine(id);
		const controller = new AbortController();
		const listening = Promise.withResolvers<void>();
		const first = (async () => {
			for await (const event of inner.events({ signal: controller.signal, onListening: listening.resolve }))
				return event;
		})();
		await listening.promise;
		await inner.post('/networks/create', { Name: 'seen' });
		expect(await first).toMatchObject({ Type: 'network', Action: 'create', Actor: { Attributes: { name: 'seen' } } });
		controller.abort();
		await inner.close();
	});

	test('a paused node does not answer, and says so in time', async () => {
		await engine.setNode(id, 'pause');
		await engine.setNode(id, 'pause');
		const inner = engine.nodeEngine(id);
		const failure = await inner.get('/version', { timeoutMs: 1000 }).catch((error: LabError) => error);
		expect((failure as LabError).code).toBe('node.unreachable');
		await inner.close();
		await engine.setNode(id, 'unpause');
		await engine.setNode(id, 'unpause');
		await ready(id);
	});
});

describe('a node that is broken on purpose', () => {
	test.each(['restart', 'kill'] as const)('comes back from %s with its engine and its data', async (how) => {
		const before = engine.nodeEngine(id);
		await before.post('/volumes/create', { Name: `kept-${how}` });
		await before.close();
		await engine.setNode(id, how);
		if (how === 'kill') {
			await engine.setNode(id, 'kill');
			expect(await engine.listNodes(labels)).toMatchObject([{ state: 'exited' }]);
			await engine.setNode(id, 'start');
		}
		await ready(id);
		const inner = engine.nodeEngine(id);
		expect(await inner.get(`/volumes/kept-${how}`)).toMatchObject({ ok: true });
		await inner.close();
		expect(await engine.listNodes(labels)).toMatchObject([{ addresses: { 'engine-test': '10.213.255.242' } }]);
	});
});

test('a node that cannot be started leaves nothing behind', async () => {
	const taken = engine.startNode(nodeSpec('worker1', '10.213.255.242'));
	await expect(taken).rejects.toMatchObject({ code: 'engine.refused' });
	expect(await engine.listNodes({ ...labels, [label.node]: 'worker1' })).toEqual([]);
});

test('volumes that nodes left behind are removed, and those in use are not', async () => {
	const { docker } = engine;
	await docker.createVolume({ Name: 'shoal-left-behind', Labels: labels });
	await engine.removeVolumes(labels);
	const names = ((await docker.listVolumes()).Volumes ?? []).map(({ Name }) => Name);
	expect(names).not.toContain('shoal-left-behind');
	const { Mounts } = await docker.getContainer(id).inspect();
	expect(names).toEqual(expect.arrayContaining(Mounts.map(({ Name }) => Name)));
});

test('removing what is gone is no error', async () => {
	const gone = await engine.startNode(nodeSpec('worker2', '10.213.255.243'));
	await engine.removeNode(gone);
	await engine.removeNode(gone);
	await engine.removeNetwork('0123456789ab');
});

test('images are there or not', async () => {
	expect(await engine.hasImage(image)).toBe(true);
	expect(await engine.hasImage('shoal/nothing:1')).toBe(false);
});
