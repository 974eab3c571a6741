// Embedded engine: its whole life on a real host, beside another instance: start, adoption, murder, removal.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { baseImage, ensureBaseImage } from '#runner/engine/base-image.ts';
import { tryCommand } from '#runner/engine/command.ts';
import { type DockerEngine, dockerEngine } from '#runner/engine/docker-engine.ts';
import { startEmbedded } from '#runner/engine/embedded/embedded.ts';
import { removeEverything } from '#runner/engine/remove-everything.ts';
import { silent } from '#runner/engine/stages.ts';
import { testConfig } from '../../../setup/config.ts';

const config = testConfig({ SHOAL_INSTANCE: 'life', SHOAL_ENGINE: 'embedded' });
const { cache, run, state } = config.directories;
let engine: DockerEngine;
let survivor: string;

const daemons = async (): Promise<{ dockerd: number; containerd: number }> => {
	const record = JSON.parse(await readFile(`${state}/engine/running.json`, 'utf8')) as Record<string, { pid: number }>;
	return { dockerd: record.dockerd?.pid ?? 0, containerd: record.containerd?.pid ?? 0 };
};
const startedAt = async (): Promise<string> => (await engine.docker.getContainer(survivor).inspect()).State.StartedAt;

/** Everything on the host that carries the instance's name. */
async function traces(): Promise<string[]> {
	const commands = [
		['iptables', '-S'],
		['iptables', '-t', 'nat', '-S'],
		['ip', '-o', 'link'],
		['ip', 'netns', 'list'],
		['cat', '/proc/self/mounts'],
		['find', '/sys/fs/cgroup', '-maxdepth', '2', '-name', 'shoal-*'],
		['ps', '-eo', 'args'],
	];
	const outputs = await Promise.all(commands.map((argv) => tryCommand(argv)));
	const lines = outputs.flatMap(({ stdout }) => stdout.split('\n'));
	const named = lines.filter((line) => /(?:shoal[-/ ]|SHOAL-)life\b/.test(line));
	return [...named, ...[state, run].filter((folder) => existsSync(folder))];
}

beforeAll(async () => {
	await removeEverything(config, silent);
	engine = dockerEngine('embedded', await startEmbedded(config, silent));
	await ensureBaseImage(engine, cache, () => {});
	const options = { Image: baseImage, Cmd: ['sleep', '600'], HostConfig: { NetworkMode: 'bridge' } };
	const container = await engine.docker.createContainer(options);
	await container.start();
	survivor = container.id;
});
afterAll(() => removeEverything(config, silent));

test('its containers are in a user namespace, and reach the world through their own network namespace', async () => {
	expect(await engine.facts()).toMatchObject({ kind: 'embedded', profile: 'unprivileged' });
	const { stdout } = await engine.exec(survivor, ['cat', '/proc/self/uid_map']);
	expect(Number(stdout.trim().split(/\s+/)[1])).toBeGreaterThanOrEqual(100_000);
	const { stdout: gateway } = await tryCommand(['ip', '-4', '-o', 'address', 'show', 'dev', 'shoal-life']);
	expect(gateway).toMatch(/inet 10\.214\.\d+\.\d+\/30/);
	// The engine's bridge is not among the host's links.
	expect((await tryCommand(['ip', '-o', 'address'])).stdout).not.toContain('10.215.255.1');
});

test('a second start adopts it', async () => {
	const before = await daemons();
	const lines: string[] = [];
	await startEmbedded(config, { ...silent, line: (text) => lines.push(text) });
	expect(await daemons()).toEqual(before);
	expect(lines).toEqual(['adopted the engine that runs']);
});

test('after both daemons were killed, the next start finds the containers running on', async () => {
	const began = await startedAt();
	const { dockerd, containerd } = await daemons();
	process.kill(dockerd, 'SIGKILL');
	process.kill(containerd, 'SIGKILL');
	await startEmbedded(config, silent);
	expect(await startedAt()).toBe(began);
	expect((await engine.exec(survivor, ['echo', 'alive'])).stdout).toBe('alive\n');
});

test('removing everything leaves no trace, even of an engine that was killed with containers on it', async () => {
	const { dockerd, containerd } = await daemons();
	process.kill(dockerd, 'SIGKILL');
	process.kill(containerd, 'SIGKILL');
	expect(await traces()).not.toEqual([]);
	await removeEverything(config, silent);
	expect(await traces()).toEqual([]);
});

test('removing everything once more is no error', async () => {
	await removeEverything(config, silent);
});
