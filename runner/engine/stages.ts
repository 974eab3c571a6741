// Stages: the named, timed steps of a start, told to whoever shows them.
import { performance } from 'node:perf_hooks';

/** Hears what a long undertaking is doing. Seconds are wall clock. */
export interface Report {
	started(stage: string): void;
	/** A line of progress of the running stage; worth showing while it runs, and when it fails. */
	line(text: string): void;
	finished(stage: string, seconds: number): void;
	failed(stage: string, seconds: number): void;
}

/** A report that nobody reads. */
export const silent: Report = { started() {}, line() {}, finished() {}, failed() {} };

/** Runs `work` as a named stage. What it throws passes through, after `failed`. */
export async function stage<T>(
	report: Report,
	name: string,
	work: () => Promise<T>,
	now: () => number = () => performance.now(),
): Promise<T> {
	const began = now();
	const seconds = () => (now() - began) / 1000;
	report.started(name);
	try {
		const result = await work();
		report.finished(name, seconds());
		return result;
	} catch (error) {
		report.failed(name, seconds());
		throw error;
	}
}
