// File lock: one process at a time, on one machine. The file names its process.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, markProcess } from './process-mark.ts';

const pollMs = 25;

export type FileLock = { type: 'taken'; lock: AsyncDisposable } | { type: 'held'; by: number };

/**
 * Waits up to `waitMs` for the lock, which is given back when disposed of. `held` when another process still has it then: its
 * process ID. A lock left by a process that died is taken over.
 */
export async function lockFile(file: string, waitMs: number): Promise<FileLock> {
	const deadline = Date.now() + waitMs;
	const own = await markProcess(process.pid);
	await mkdir(dirname(file), { recursive: true, mode: 0o711 });
	// Linked in its place with its content: nobody ever reads half a lock.
	const claim = `${file}.${randomUUID()}`;
	await writeFile(claim, `${process.pid} ${own?.startedAt}`);
	await using _ = { [Symbol.asyncDispose]: () => rm(claim, { force: true }) };
	for (;;) {
		const taken = await link(claim, file).then(
			() => true,
			() => false,
		);
		if (taken) return { type: 'taken', lock: { [Symbol.asyncDispose]: () => rm(file, { force: true }) } };
		const [pid, startedAt] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
		// Given back just now.
		if (!pid || !startedAt) continue;
		if (!(await isRunning({ pid: Number(pid), startedAt }))) await rm(file, { force: true });
		else if (Date.now() > deadline) return { type: 'held', by: Number(pid) };
		else await delay(pollMs);
	}
}
