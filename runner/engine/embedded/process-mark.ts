// Process mark: a process of this machine, known again later.
import { readFile } from 'node:fs/promises';

/** A process, told apart from a later one with the same ID by when it started (clock ticks since boot). */
export interface ProcessMark {
	pid: number;
	startedAt: string;
}

/** Whether the process still runs, and is the one that was marked. */
export async function isRunning(mark: ProcessMark): Promise<boolean> {
	return (await markProcess(mark.pid))?.startedAt === mark.startedAt;
}

/** Marks a live process; `undefined` when there is none or it is a zombie. */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
	// The second field is the program's name in brackets, and may hold anything.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const startedAt = fields[19];
	return startedAt === undefined || fields[0] === 'Z' ? undefined : { pid, startedAt };
}
