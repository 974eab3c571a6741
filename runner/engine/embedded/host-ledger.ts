// Host ledger: what Shoal changed on this machine outside its own folders, with the values before, shared by all instances.
//
// Several instances may run on one machine. The first one that changes a setting remembers the value before; the last
// one to leave puts it back. After a reboot the kernel has forgotten the changes, and so does the ledger.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '#contract/errors.ts';

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
const lockPollMs = 25;

/** Reads the ledger, lets `change` edit it (and the host) alone on this machine, and writes it back. */
export async function withLedger<T>(
	file: string,
	bootId: string,
	change: (ledger: HostLedger) => Promise<T>,
): Promise<T> {
	await mkdir(dirname(file), { recursive: true, mode: 0o711 });
	await using _ = await lock(`${file}.lock`);
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

/** A lock file that names its process. One left by a process that died is taken over. */
async function lock(file: string): Promise<AsyncDisposable> {
	const deadline = Date.now() + lockWaitMs;
	for (;;) {
		const taken = await writeFile(file, String(process.pid), { flag: 'wx' }).then(
			() => true,
			() => false,
		);
		if (taken) return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
		const owner = Number(await readFile(file, 'utf8').catch(() => ''));
		if (owner > 0 && !isAlive(owner)) await rm(file, { force: true });
		else if (Date.now() > deadline) {
			throw new LabError('engine.start', {
				reason: `process ${owner} holds ${file} for more than ${lockWaitMs / 1000} s.`,
			});
		} else await delay(lockPollMs);
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
