// Tools: QEMU 10 and what else builds and reaches the VM, in a Debian 13 root of their own, so that the machine needs
// nothing but root and debootstrap. Debian 12's QEMU 7.2 is no choice: under its TCG a 6.12 guest panicked.
import { artefact, hashOf } from './artefact.ts';
import { inRoot, inRootArgv, makeDebian, RELEASE } from './debian.ts';
import type { RunOptions, RunResult } from './process.ts';

const packages = ['qemu-system-x86', 'openssh-client', 'e2fsprogs', 'cpio', 'busybox-static', 'xz-utils'];

export interface Tools {
	root: string;
	/** Runs a program of the tools; it sees the cache directory and `shared` at their own paths. */
	run(argv: readonly string[], options: RunOptions & { shared?: readonly string[] }): Promise<RunResult>;
	/** The command line for it, for a program that outlives a call. */
	argv(argv: readonly string[]): string[];
}

/** The tools, made in the cache directory when they are not there. */
export async function findTools(cacheDir: string, mirror: string | undefined): Promise<Tools> {
	const root = await artefact(cacheDir, 'tools', hashOf(RELEASE, ...packages), (path) =>
		makeDebian(path, packages, mirror),
	);
	return {
		root,
		run: (argv, { shared = [], ...options }) => inRoot(root, [cacheDir, ...shared], argv, options),
		argv: (argv) => inRootArgv(root, [cacheDir], argv),
	};
}
