// Debian: makes a Debian 13 root file system in a directory, and runs programs in it.
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, type RunResult, run } from './process.ts';

/** The release under test, and of the QEMU that runs it. */
export const RELEASE = 'trixie';

/** Makes a minimal Debian 13 with these packages in `root`. Needs root, `debootstrap` and a Debian mirror; about a minute. */
export async function makeDebian(root: string, packages: readonly string[], mirror: string | undefined): Promise<void> {
	// In a mount namespace, because debootstrap mounts /proc in the root and may leave it there.
	const make = [
		'unshare',
		'--mount',
		'--propagation',
		'private',
		'debootstrap',
		'--variant=minbase',
		RELEASE,
		root,
		...(mirror === undefined ? [] : [mirror]),
	];
	await run(make, { timeoutMs: 600_000 }).catch((cause: Error) => {
		const missing = /debootstrap: .*(not found|No such file)|failed to execute debootstrap/.test(cause.message);
		throw new Error(missing ? 'debootstrap is missing: apt-get install debootstrap' : cause.message, { cause });
	});
	await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
	// Packages must not start their services here.
	await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
	await inRoot(root, [], ['apt-get', 'update', '-q'], { timeoutMs: 300_000 });
	await inRoot(root, [], ['apt-get', 'install', '-qy', '--no-install-recommends', ...packages], { timeoutMs: 900_000 });
	await rm(join(root, 'usr/sbin/policy-rc.d'));
	for (const path of ['var/lib/apt/lists', 'var/cache/apt', 'usr/share/doc', 'usr/share/man', 'usr/share/locale']) {
		await rm(join(root, path), { recursive: true, force: true });
	}
}

/**
 * Runs a program with `root` as its file system. `shared` are directories of this machine that it sees at the same
 * path. The mounts are its own and end with it.
 */
export async function inRoot(
	root: string,
	shared: readonly string[],
	argv: readonly string[],
	options: RunOptions,
): Promise<RunResult> {
	return await run(inRootArgv(root, shared, argv), { title: argv.join(' ').slice(0, 200), ...options });
}

/** The command line that `inRoot` runs. */
export function inRootArgv(root: string, shared: readonly string[], argv: readonly string[]): string[] {
	const script = [
		'set -e',
		'root=$1; count=$2; shift 2',
		'while [ "$count" -gt 0 ]; do mkdir -p "$root$1"; mount --bind "$1" "$root$1"; shift; count=$((count - 1)); done',
		'mount --rbind /dev "$root/dev"',
		'mount -t proc proc "$root/proc"',
		'exec chroot "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"',
	].join('\n');
	const enter = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
	return [...enter, root, String(shared.length), ...shared, ...argv];
}
