// Host ledger: what Shoal changed on this machine outside its own folders, with the values before, shared by all instances.
//
// Several instances may run on one machine. The first one that changes a setting remembers the value before; the last
// one to leave puts it back. After a reboot the kernel has forgotten the changes, and so does the ledger.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { LabError } from '#contract/errors.ts';
import { lockFile } from './file-lock.ts';

export interface HostLedger {
	bootId: string;
	/** Instances whose engine is up. */
	running: string[];
	/** Instances with anything on the machine, running or not. */
	present: string[];
	/** sysctl name -> its value before Shoal, and the one that Shoal wrote. */
	sysctls: Record<string, { before: string; raised: string }>;
	/** Whether Shoal made the user that nodes are mapped to. */
	madeUser: boolean;
	/** Debian packages that Shoal installed. They stay after `down`, which names them. */
	packages: string[];
}

const lockWaitMs = 30_000;

/** Reads the ledger, lets `change` edit it (and the host) alone on this machine, and writes it back. */
export async function withLedger<T>(
	file: string,
	bootId: string,
	change: (ledger: HostLedger) => Promise<T>,
): Promise<T> {
	const locked = await lockFile(`${file}.lock`, lockWaitMs);
	if (locked.type === 'held') {
		const reason = `process ${locked.by} holds ${file}.lock for more than ${lockWaitMs / 1000} s.`;
		throw new LabError('engine.start', { reason });
	}
	await using _ = locked.lock;
	const ledger = parseLedger(await readFile(file, 'utf8').catch(() => ''), bootId);
	const result = await change(ledger);
	await writeFile(`${file}.new`, `${JSON.stringify(ledger, null, '\t')}\n`);
	await rename(`${file}.new`, file);
	return result;
}

/** The ledger as stored, without what a reboot has undone. Anything unreadable counts as empty. */
export function parseLedger(text: string, bootId: string): HostLedger {
	const empty: HostLedger = { bootId, running: [], present: [], sysctls: {}, madeUser: false, packages: [] };
	let stored: Partial<HostLedger>;
	try {
		stored = JSON.parse(text) as Partial<HostLedger>;
	} catch {
		return empty;
	}
	const ledger = { ...empty, ...stored, bootId };
	return stored.bootId === bootId ? ledger : { ...ledger, running: [], sysctls: {} };
}
