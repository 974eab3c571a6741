// Run in VM: boots a stock Debian 13 (cgroup v2, systemd, AppArmor, IPVS), runs one command in the project there, and
// leaves nothing running.
import { randomUUID } from 'node:crypto';
import { access, copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { findAccelerator } from './accelerator.ts';
import { type Accelerator, boot, type Machine } from './boot.ts';
import { findDisk } from './disk.ts';
import { imageFiles, imageSources } from './images.ts';
import { artefactsDisk, modulesDisk, projectTar } from './payload.ts';
import { connectGuest, type Guest } from './ssh.ts';
import { type Report, stage } from './stage.ts';
import { findTools } from './tools.ts';

/** Where the project is in the guest. Its node_modules are there too, and are first on the command's PATH. */
export const GUEST_PROJECT = '/opt/shoal';
/** Where Shoal's cache directory is in the guest: where it looks by default. */
const GUEST_CACHE = '/var/cache/shoal';

export interface VmOptions {
	/**
	 * Shoal's cache directory. The tars of its `images/` that this project needs are at the same place in the guest (see
	 * images.ts); what the VM itself needs is kept in its `vm/`.
	 */
	cacheDir: string;
	projectDir: string;
	/** Program and arguments, run in the project's directory as root. A function is told what the VM is. */
	command: string[] | ((facts: VmFacts) => string[]);
	/** How long the command may take, in ms. */
	timeoutMs: number;
	/** Told one line per stage, with its seconds. */
	report: Report;
	output?: { stdout: Writable; stderr: Writable };
	cpus?: number;
	memoryMb?: number;
	/** Where Debian comes from. */
	mirror?: string;
	signal?: AbortSignal;
}

export interface VmFacts {
	accelerator: Accelerator;
	/** How many times slower than this machine the guest may be: for timeouts. */
	slowness: number;
}

/** TCG does a sixteenth of the work of a real CPU; much of a test is waiting, so timeouts need less. */
const slowness: Record<Accelerator, number> = { kvm: 2, tcg: 10 };

/**
 * Runs the command in a fresh VM and resolves with its exit code. Rejects when a stage before or after the command
 * fails or the command takes too long; the end of the console is reported then. In every case QEMU is gone afterwards.
 */
export async function runInVm(options: VmOptions): Promise<{ exitCode: number }> {
	const { cacheDir, projectDir, report, cpus = 2, memoryMb = 6144, mirror } = options;
	const vmDir = join(cacheDir, 'vm');
	const runDir = join(vmDir, `run-${process.pid}-${randomUUID().slice(0, 8)}`);
	await removeLeftovers(vmDir);
	await mkdir(runDir, { recursive: true });
	let machine: Machine | undefined;
	let guest: Guest | undefined;
	try {
		const tools = await stage(report, 'tools', () => findTools(vmDir, mirror));
		const disk = await stage(report, 'disk', () => findDisk(vmDir, tools, mirror));
		const extraDisks = await stage(report, 'payload', async () => [
			await modulesDisk(vmDir, projectDir, tools),
			await artefactsDisk(vmDir, await imageFiles(cacheDir, await imageSources(projectDir)), tools),
		]);
		const hardware = { tools, runDir, disk, extraDisks, cpus, memoryMb };
		const accelerator = await stage(report, 'accelerator', () => findAccelerator(hardware));
		report(`vm: ${accelerator}, ${cpus} CPUs, ${memoryMb} MiB`);
		const started = await boot({ ...hardware, accelerator });
		machine = started;
		const connected = await stage(report, 'boot', () =>
			connectGuest({ tools, machine: started, runDir, sshKey: disk.sshKey, timeoutMs: 240_000 }),
		);
		guest = connected;
		report(`vm: to look inside: ${guest.sshCommand}`);
		await stage(report, 'project', () => bringProject(connected, projectDir));
		await stage(report, 'dockerd', () => ready(connected));

		const facts = { accelerator, slowness: slowness[accelerator] };
		const command = typeof options.command === 'function' ? options.command(facts) : options.command;
		const path = `PATH=${GUEST_PROJECT}/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
		const { exitCode } = await stage(report, 'command', async () => {
			const result = await connected.run(['env', '-C', GUEST_PROJECT, path, 'LC_ALL=C.UTF-8', ...command], {
				timeoutMs: options.timeoutMs,
				accept: 'any',
				stdout: options.output?.stdout ?? process.stdout,
				stderr: options.output?.stderr ?? process.stderr,
				signal: options.signal,
			});
			// ssh says 255 when its connection is lost, and may notice that before QEMU is known to have ended.
			if (result.exitCode === 255) await Promise.race([started.ended, setTimeout(3000)]);
			if (started.hasEnded()) throw new Error('QEMU ended while the command ran');
			return result;
		});
		return { exitCode };
	} catch (problem) {
		if (machine) {
			report(await machine.consoleTail(40));
			await copyFile(join(runDir, 'console.log'), join(vmDir, 'last-console.log')).catch(() => {});
		}
		throw problem;
	} finally {
		// What the guest wrote is dropped anyhow, so there is nothing to shut down in order.
		await machine?.kill();
		await guest?.close();
		await rm(runDir, { recursive: true, force: true });
	}
}

/** Directories of runs that were killed. Their QEMU is gone: it ends with the process that started it. */
async function removeLeftovers(vmDir: string): Promise<void> {
	for (const entry of await readdir(vmDir).catch(() => [])) {
		const pid = /^(?:run|unfinished-[a-z0-9]+)-(\d+)/.exec(entry)?.[1];
		if (pid && !(await isThere(`/proc/${pid}`))) await rm(join(vmDir, entry), { recursive: true, force: true });
	}
}

const isThere = (path: string) =>
	access(path).then(
		() => true,
		() => false,
	);

async function bringProject(guest: Guest, projectDir: string): Promise<void> {
	const script = [
		'set -e',
		`mkdir -p ${GUEST_PROJECT}/node_modules ${GUEST_CACHE}`,
		`mount /dev/vdb ${GUEST_PROJECT}/node_modules`,
		`mount /dev/vdc ${GUEST_CACHE}`,
		`tar -x --no-same-owner -C ${GUEST_PROJECT}`,
	].join('\n');
	const { tar, done } = projectTar(projectDir);
	await Promise.all([done, guest.run(['sh', '-c', script], { timeoutMs: 120_000, stdin: tar })]);
}

/** Waits for the host's own Docker Engine: systemd has then started everything. */
async function ready(guest: Guest): Promise<void> {
	await guest.run(['systemctl', 'start', 'docker'], { timeoutMs: 240_000 });
}
