// Sysctls: kernel limits that many nodes need raised, and how to put back what was there.
import { readFile, writeFile } from 'node:fs/promises';
import type { HostLedger } from './host-ledger.ts';

/**
 * Least values, by name. Every node runs a dockerd, a containerd and its shims under one user ID of the host (root of the
 * nodes' user namespace), so limits that the kernel counts per user are shared by all nodes.
 */
export const leastValues: Record<string, number> = {
	// Forwarding is how the engine's own network namespace reaches a registry or a package mirror.
	'net.ipv4.ip_forward': 1,
	// dockerd, containerd and each learner's `tail -f` take instances; the default of 128 ends at some 20 nodes. They are
	// part of a node's memory (about 1 KiB each), so its limit ends what one node takes. A count that one node could reach
	// would take them from all others, and from root on the host, whom the kernel counts together with its containers.
	'fs.inotify.max_user_instances': 1_073_741_824,
	'fs.inotify.max_user_watches': 1_073_741_824,
	// In pages; above it every new pipe of every node would be small. Pipes are part of a node's memory too.
	'fs.pipe-user-pages-soft': 1_048_576,
	// runc makes a session keyring per container.
	'kernel.keys.maxkeys': 20_000,
	'kernel.keys.maxbytes': 2_000_000,
	// The neighbour table is one for all network namespaces.
	'net.ipv4.neigh.default.gc_thresh1': 4096,
	'net.ipv4.neigh.default.gc_thresh2': 16_384,
	'net.ipv4.neigh.default.gc_thresh3': 32_768,
	// 100 nodes with their helpers pass the default of 32768 process IDs.
	'kernel.pid_max': 262_144,
};

/** Raises what is lower than the least value, and remembers what was there. Returns `name value` of what could not be raised. */
export async function raiseSysctls(ledger: HostLedger, root = '/proc/sys', least = leastValues): Promise<string[]> {
	const refused: string[] = [];
	for (const [name, value] of Object.entries(least)) {
		const file = sysctlFile(root, name);
		const before = await readFile(file, 'utf8').then(
			(text) => text.trim(),
			() => undefined,
		);
		if (before === undefined || Number(before) >= value) continue;
		const written = await writeFile(file, `${value}\n`).then(
			() => true,
			() => false,
		);
		if (written) ledger.sysctls[name] = { before: ledger.sysctls[name]?.before ?? before, raised: String(value) };
		else refused.push(`${name} ${before}`);
	}
	return refused;
}

/** Puts the remembered values back, except where somebody else changed them in the meantime. */
export async function restoreSysctls(ledger: HostLedger, root = '/proc/sys'): Promise<void> {
	for (const [name, { before, raised }] of Object.entries(ledger.sysctls)) {
		const file = sysctlFile(root, name);
		const now = await readFile(file, 'utf8').catch(() => '');
		if (now.trim() === raised) await writeFile(file, `${before}\n`).catch(() => {});
	}
	ledger.sysctls = {};
}

function sysctlFile(root: string, name: string): string {
	return `${root}/${name.replaceAll('.', '/')}`;
}
