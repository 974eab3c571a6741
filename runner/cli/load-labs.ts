// Loads the labs folder for a command, or prints every problem in it.
import type { Config } from '../config.ts';
import { formatProblem, formatProblemForGithub } from '../lessons/format-problem.ts';
import { type LoadedCourse, loadCourse } from '../lessons/load-course.ts';

export type Labs = Extract<LoadedCourse, { ok: true }>;
export type ProblemFormat = 'text' | 'github';

/** The labs, or `undefined` after printing what is wrong with them and where. */
export async function loadLabs({ directories }: Config, format: ProblemFormat = 'text'): Promise<Labs | undefined> {
	const loaded = await loadCourse(directories.labs, { relativeTo: process.cwd() });
	if (loaded.ok) return loaded;
	const print = format === 'github' ? formatProblemForGithub : formatProblem;
	console.error(loaded.problems.map(print).join(format === 'github' ? '\n' : '\n\n'));
	process.exitCode = 1;
	return undefined;
}
