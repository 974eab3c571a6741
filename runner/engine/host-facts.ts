// Host facts: what this machine is like, asked of the machine. The judging is in doctor.ts.
import { access, readFile, statfs } from 'node:fs/promises';
import { freemem, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { findProgram, missingPackages } from './embedded/packages.ts';
import { leastValues } from './embedded/sysctls.ts';

export interface HostFacts {
	platform: NodeJS.Platform;
	isRoot: boolean;
	/** Programs can be installed with apt. */
	hasApt: boolean;
	/** Debian packages that the embedded engine needs and that are not there. */
	missingPackages: string[];
	/** `6.18.44` */
	kernel: string;
	cgroup: 1 | 2 | 'none';
	/** Most user namespaces the kernel allows; `undefined` when it does not say. */
	maxUserNamespaces: number | undefined;
	memoryBytes: number;
	freeMemoryBytes: number;
	/** Free space where the engine keeps its data. */
	freeDiskBytes: number;
	/** Kernel settings below what many nodes need: name -> value now. */
	lowSettings: Record<string, string>;
}

/** Looks at this machine; `stateDir` is where the engine's data lies or will lie. Changes nothing. */
export async function readHostFacts(stateDir: string): Promise<HostFacts> {
	const linux = process.platform === 'linux';
	const namespaces = await readNumber('/proc/sys/user/max_user_namespaces');
	return {
		platform: process.platform,
		isRoot: process.getuid?.() === 0,
		hasApt: (await findProgram('apt-get')) !== undefined,
		missingPackages: linux ? await missingPackages() : [],
		kernel: release(),
		cgroup: (await exists('/sys/fs/cgroup/cgroup.controllers')) ? 2 : (await exists('/sys/fs/cgroup')) ? 1 : 'none',
		maxUserNamespaces: namespaces,
		memoryBytes: totalmem(),
		freeMemoryBytes: await availableMemory(),
		freeDiskBytes: await freeDisk(stateDir),
		lowSettings: linux ? await lowSettings() : {},
	};
}

async function lowSettings(): Promise<Record<string, string>> {
	const low: Record<string, string> = {};
	for (const [name, least] of Object.entries(leastValues)) {
		const value = await readNumber(`/proc/sys/${name.replaceAll('.', '/')}`);
		if (value !== undefined && value < least) low[name] = String(value);
	}
	return low;
}

/** What programs can still have: free memory, and caches that the kernel would give up. */
async function availableMemory(): Promise<number> {
	const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
	const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
	return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

async function freeDisk(folder: string): Promise<number> {
	for (let path = folder; ; path = dirname(path)) {
		const system = await statfs(path).catch(() => undefined);
		if (system) return system.bavail * system.bsize;
		if (path === '/') return 0;
	}
}

async function readNumber(file: string): Promise<number | undefined> {
	const text = await readFile(file, 'utf8').catch(() => undefined);
	return text === undefined || text.trim() === '' ? undefined : Number(text);
}

const exists = (path: string) =>
	access(path).then(
		() => true,
		() => false,
	);
