// One runner per instance: a file that names the process which has it.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LabError } from '#contract/errors.ts';

/**
 * Takes the instance for this process, until disposed. A file left by a process that died is taken over.
 * Throws `instance.running`.
 */
export async function takeInstance(instance: string, file: string): Promise<AsyncDisposable> {
	await mkdir(dirname(file), { recursive: true });
	for (;;) {
		try {
			await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
			return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		const pid = Number(await readFile(file, 'utf8').catch(() => ''));
		if (pid > 0 && (await isShoal(pid))) throw new LabError('instance.running', { instance, pid });
		await rm(file, { force: true });
	}
}

/** Process IDs come round again, so a live process counts only when it is a Shoal. */
async function isShoal(pid: number): Promise<boolean> {
	if (pid === process.pid) return false;
	const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
	if (command !== undefined) return command.includes('shoal.ts');
	try {
		process.kill(pid, 0);
		return process.platform !== 'linux';
	} catch {
		return false;
	}
}
