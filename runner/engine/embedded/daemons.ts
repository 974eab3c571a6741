// Daemons: containerd and dockerd of the embedded engine, started detached from the runner, adopted again, stopped.
import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '#contract/errors.ts';
import { commandEnvironment, lastLines, tryCommand } from '../command.ts';
import { containerdConfig, type DaemonChoices, dockerdConfig } from './daemon-config.ts';
import type { EngineLayout } from './layout.ts';
import { isRunning, markProcess, type ProcessMark } from './process-mark.ts';

export interface DaemonRecord {
	containerd: ProcessMark;
	dockerd: ProcessMark;
}

const readyWaitMs = 60_000;
const stopWaitMs = 20_000;
const pollMs = 20;

/**
 * Writes the configuration and starts both daemons in the engine's network namespace. Resolves when both answer.
 * `keep` stores each as soon as it lives, so that a start that is broken off leaves nothing unknown behind.
 */
export async function startDaemons(
	layout: EngineLayout,
	choices: DaemonChoices,
	keep: (record: Partial<DaemonRecord>) => Promise<void>,
): Promise<void> {
	for (const directory of [layout.dataRoot, layout.containerdRoot, layout.containerdState, layout.logs]) {
		await mkdir(directory, { recursive: true, mode: 0o711 });
	}
	await writeFile(layout.containerdConfig, containerdConfig(layout));
	await writeFile(layout.dockerdConfig, dockerdConfig(layout, choices));
	// Left behind by a kill -9 or a power cut: a number that may now be any process.
	await rm(layout.dockerdPid, { force: true });
	await rm(layout.socket, { force: true });

	const containerd = await launch(layout, 'containerd', ['--config', layout.containerdConfig]);
	await keep({ containerd });
	await answers(layout, 'containerd', containerd, layout.containerdSocket);
	const dockerd = await launch(layout, 'dockerd', ['--config-file', layout.dockerdConfig]);
	await keep({ containerd, dockerd });
	await answers(layout, 'dockerd', dockerd, layout.socket);
}

/** Stops what the record names, gently and then not. Containers must be gone before: live-restore keeps them. */
export async function stopDaemons(record: Partial<DaemonRecord>): Promise<void> {
	for (const mark of [record.dockerd, record.containerd]) {
		if (!mark || !(await isRunning(mark))) continue;
		process.kill(mark.pid, 'SIGTERM');
		if (await endsWithin(mark, stopWaitMs)) continue;
		if (await isRunning(mark)) process.kill(mark.pid, 'SIGKILL');
		await endsWithin(mark, stopWaitMs);
	}
}

/** `Docker version 20.10.24+dfsg1, build 297e128`: what would be started now. */
export async function daemonVersion(): Promise<string> {
	return (await tryCommand(['dockerd', '--version'])).stdout.trim();
}

async function launch(layout: EngineLayout, program: string, argv: string[]): Promise<ProcessMark> {
	const log = await open(`${layout.logs}/${program}.log`, 'w');
	// As many open files as this user may have: an engine with 100 nodes holds thousands. nsenter and exec keep the
	// process ID, so the child is the daemon itself. Not `ip netns exec`: it hides the cgroup mounts.
	const start = ['-c', 'ulimit -n "$(ulimit -Hn)"; exec "$@"', 'sh'];
	const enter = ['nsenter', `--net=${layout.namespaceFile}`, '--', program];
	const child = spawn('/bin/sh', [...start, ...enter, ...argv], {
		cwd: '/',
		detached: true,
		stdio: ['ignore', log.fd, log.fd],
		env: commandEnvironment(),
	});
	const failure = new Promise<never>((_, reject) => child.once('error', reject));
	failure.catch(() => {});
	child.unref();
	await log.close();
	const mark = child.pid === undefined ? undefined : await markProcess(child.pid);
	if (!mark)
		throw new LabError('engine.start', { reason: `${program} did not start. ${await logEnd(layout, program)}` });
	return mark;
}

async function answers(layout: EngineLayout, program: string, mark: ProcessMark, socket: string): Promise<void> {
	const deadline = Date.now() + readyWaitMs;
	while (!(await accepts(socket))) {
		const reason = !(await isRunning(mark))
			? `${program} ended at once.`
			: Date.now() > deadline
				? `${program} did not answer in ${readyWaitMs / 1000} s.`
				: undefined;
		if (reason)
			throw new LabError('engine.start', { reason: `${reason} Its log says:\n${await logEnd(layout, program)}` });
		await delay(pollMs);
	}
}

async function logEnd(layout: EngineLayout, program: string): Promise<string> {
	return lastLines(await readFile(`${layout.logs}/${program}.log`, 'utf8').catch(() => ''), 8);
}

function accepts(socket: string): Promise<boolean> {
	return new Promise((resolve) => {
		const connection = connect(socket);
		connection.once('connect', () => {
			connection.destroy();
			resolve(true);
		});
		connection.once('error', () => resolve(false));
	});
}

async function endsWithin(mark: ProcessMark, waitMs: number): Promise<boolean> {
	const deadline = Date.now() + waitMs;
	while (await isRunning(mark)) {
		if (Date.now() > deadline) return false;
		await delay(pollMs);
	}
	return true;
}
