// Stage: one named step of the VM's life; reports how many seconds it took, and names itself when it fails.

export type Report = (line: string) => void;

/** Runs one step and reports `vm: boot 21.4 s`. A failure carries the step's name. */
export async function stage<T>(report: Report, name: string, work: () => Promise<T>): Promise<T> {
	const began = performance.now();
	const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
	try {
		const result = await work();
		report(`vm: ${name} ${seconds()} s`);
		return result;
	} catch (cause) {
		const problem = cause instanceof Error ? cause.message : String(cause);
		throw new Error(`vm: ${name} failed after ${seconds()} s: ${problem}`, { cause });
	}
}
