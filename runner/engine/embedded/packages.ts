// Packages: Debian's own Docker packages, installed when their programs are missing and apt may be used.
import { constants } from 'node:fs';
import { access, chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { LabError } from '#contract/errors.ts';
import { commandEnvironment, runCommand, tryCommand } from '../command.ts';

/** A program the embedded engine calls, and the package that has it. */
const needed: { program: string; package: string }[] = [
	{ program: 'dockerd', package: 'docker.io' },
	{ program: 'containerd', package: 'containerd' },
	{ program: 'runc', package: 'runc' },
	{ program: 'iptables', package: 'iptables' },
	{ program: 'ip', package: 'iproute2' },
	{ program: 'nsenter', package: 'util-linux' },
	{ program: 'useradd', package: 'passwd' },
];

/** Programs that are missing on this host, with the Debian package of each. */
export async function missingPackages(extra: { program: string; package: string }[] = []): Promise<string[]> {
	const wanted = [...needed, ...extra];
	// dockerd loads its AppArmor profile with this program; without it every container start fails on such a kernel.
	if ((await readFile('/sys/module/apparmor/parameters/enabled', 'utf8').catch(() => 'N')).startsWith('Y')) {
		wanted.push({ program: 'apparmor_parser', package: 'apparmor' });
	}
	const found = await Promise.all(wanted.map(({ program }) => findProgram(program)));
	return [...new Set(wanted.filter((_, index) => found[index] === undefined).map((entry) => entry.package))];
}

/** Absolute path of a program on the host's PATH (administrators' directories included), or `undefined`. */
export async function findProgram(program: string): Promise<string | undefined> {
	for (const directory of (commandEnvironment().PATH ?? '').split(':')) {
		const path = `${directory}/${program}`;
		if (
			await access(path, constants.X_OK).then(
				() => true,
				() => false,
			)
		)
			return path;
	}
	return undefined;
}

/**
 * Installs packages with apt, without letting it start any daemon. Throws `engine.missing` when this is not a Debian
 * or apt cannot reach its packages.
 */
export async function installPackages(packages: string[], onLine: (line: string) => void): Promise<void> {
	if (packages.length === 0) return;
	const remedy = `Install ${packages.join(', ')}, or start a Docker Engine and set SHOAL_ENGINE=given.`;
	if ((await findProgram('apt-get')) === undefined) {
		throw new LabError('engine.missing', { reason: 'this system has no apt-get to install one with.', remedy });
	}
	const hadDockerd = (await findProgram('dockerd')) !== undefined;
	const apt = (...argv: string[]) =>
		tryCommand(['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-q', ...argv], {
			timeoutMs: 900_000,
			environment: { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' },
			onLine,
		});
	const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
	await using _ = await withoutServiceStarts();
	// Lists may be there and fresh; fetching them costs seconds, so it comes second.
	let result = await install();
	if (result.exitCode !== 0) {
		const updated = await apt('update');
		result = updated.exitCode === 0 ? await install() : updated;
	}
	if (result.exitCode !== 0) {
		const reason = `apt-get failed: ${result.stderr.trim().split('\n').at(-1) ?? ''}`;
		throw new LabError('engine.missing', { reason, remedy });
	}
	if (!hadDockerd) await keepServicesOff(['docker.service', 'docker.socket', 'containerd.service']);
}

/** A policy that makes maintainer scripts start nothing, until disposed. A policy that was there before stays. */
async function withoutServiceStarts(): Promise<AsyncDisposable> {
	const file = '/usr/sbin/policy-rc.d';
	const written = await writeFile(file, '#!/bin/sh\nexit 101\n', { flag: 'wx' }).then(
		() => true,
		() => false,
	);
	if (written) await chmod(file, 0o755);
	return {
		[Symbol.asyncDispose]: async () => {
			if (written) await rm(file, { force: true });
		},
	};
}

/** The packages came for Shoal's own engine: the system's must not appear at the next boot. */
async function keepServicesOff(units: string[]): Promise<void> {
	if (
		await access('/run/systemd/system').then(
			() => true,
			() => false,
		)
	) {
		await runCommand(['systemctl', 'disable', ...units]).catch(() => {});
	}
}
