// Leftovers: what an engine that was stopped, or killed, leaves on the host: nodes that live on, mounts, cgroups.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { tryCommand } from '../command.ts';
import type { EngineLayout } from './layout.ts';

const killRounds = 50;
const killPollMs = 40;

/** Kills daemons, containers and shims that still run, unmounts, and removes empty cgroups. */
export async function removeLeftovers(layout: EngineLayout): Promise<void> {
	const containers = await containerIds(layout);
	for (let round = 0; round < killRounds; round++) {
		const processes = await processesOf(layout, containers);
		if (processes.length === 0) break;
		for (const { pid, command } of processes) {
			kill(pid);
			const socket = shimSocket(command);
			if (socket) await rm(socket, { force: true });
		}
		await delay(killPollMs);
	}
	await removeMounts([layout.execRoot, layout.containerdState, layout.dataRoot, layout.containerdRoot]);
	await removeCgroups(`shoal-${layout.instance}`);
}

/** Whether a process is one of the engine's: a daemon or a shim of its own, or inside one of its containers. */
export function belongsTo(
	process: { command: string; cgroup: string },
	engine: Pick<EngineLayout, 'instance' | 'containerdSocket' | 'containerdConfig' | 'dockerdConfig'> & {
		containers: string[];
	},
): boolean {
	const words = process.command.split('\0');
	// A daemon whose record was lost is known by its configuration, a shim by its containerd.
	const own = [engine.containerdSocket, engine.containerdConfig, engine.dockerdConfig];
	if (own.some((file) => words.includes(file))) return true;
	const groups = process.cgroup.split('\n').map((line) => line.split(':').slice(2).join(':'));
	return groups.some(
		(path) =>
			path.startsWith(`/shoal-${engine.instance}/`) ||
			engine.containers.some((id) => path.includes(`docker-${id}.scope`)),
	);
}

async function processesOf(layout: EngineLayout, containers: string[]): Promise<{ pid: number; command: string }[]> {
	const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
	const found = await Promise.all(
		pids.map(async (pid) => {
			const [command, cgroup, state] = await Promise.all(
				['cmdline', 'cgroup', 'stat'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
			);
			// A zombie is dead already, and its parent's to bury.
			if (!command || !cgroup || / Z /.test(state?.slice(state.lastIndexOf(')')) ?? '')) return [];
			return belongsTo({ command, cgroup }, { ...layout, containers }) ? [{ pid, command }] : [];
		}),
	);
	return found.flat();
}

/**
 * The socket that a shim leaves behind when it is killed: every containerd of a host has them in one folder, named after
 * a hash of its address, namespace and container (containerd's runtime/v2/shim/util_unix.go). `undefined` for no shim.
 */
export function shimSocket(command: string): string | undefined {
	const words = command.split('\0');
	const after = (flag: string) => words[words.indexOf(flag) + 1] ?? '';
	if (!/(^|\/)containerd-shim/.test(words[0] ?? '')) return undefined;
	const name = `${after('-address')}/${after('-namespace')}/${after('-id')}`;
	return `/run/containerd/s/${createHash('sha256').update(name).digest('hex')}`;
}

/** IDs of the containers the engine knows of, from its data; the folder's name carries the remapped IDs. */
async function containerIds(layout: EngineLayout): Promise<string[]> {
	const roots = await readdir(layout.dataRoot).catch(() => []);
	const lists = await Promise.all(
		roots.map((root) => readdir(`${layout.dataRoot}/${root}/containers`).catch(() => [])),
	);
	return lists.flat();
}

/** Unmounts what is mounted under the folders, deepest first. */
async function removeMounts(folders: string[]): Promise<void> {
	const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
	const isUnder = (mount: string) =>
		folders.some((folder) => mount === folder || mount.startsWith(`${folder}/`) || mount.startsWith(`${folder}.`));
	for (const mount of mounts.filter(isUnder).reverse()) await tryCommand(['umount', '-l', mount]);
}

/** The empty cgroups that the cgroupfs driver leaves behind, in every hierarchy. */
async function removeCgroups(name: string): Promise<void> {
	const found = await tryCommand(['find', '/sys/fs/cgroup', '-maxdepth', '2', '-type', 'd', '-name', name]);
	for (const top of found.stdout.split('\n').filter(Boolean)) {
		const all = (await tryCommand(['find', top, '-depth', '-type', 'd'])).stdout.split('\n').filter(Boolean);
		for (const directory of all) await rmdir(directory).catch(() => {});
	}
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It ended between being seen and being told.
	}
}
