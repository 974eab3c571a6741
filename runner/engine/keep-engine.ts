// Keep engine: brings an engine back that has ended while the runner runs, so that learners need not wait for a teacher.
import type { Clock } from '../clock.ts';

/** Terminals look for their shells for 8 s before they give up: a dead engine is seen well before. */
const lookEveryMs = 1_000;
/** After a start that failed; doubled each time, up to a minute. */
const firstRetryMs = 2_000;
const longestRetryMs = 60_000;

export interface KeepEngineParts {
	clock: Clock;
	/** Whether its processes are there. An engine that hangs counts as there: ending it would end what it may yet do. */
	runs(): Promise<boolean>;
	start(): Promise<void>;
	/** Told when it was gone, and why a start has failed. */
	onProblem(error: unknown): void;
}

/** Looks until disposed, which waits for a start that is under way. */
export function keepEngine({ clock, runs, start, onProblem }: KeepEngineParts): AsyncDisposable {
	let isDisposed = false;
	let retryMs = firstRetryMs;
	let round = Promise.resolve();
	let callOff = () => {};

	const look = async (): Promise<number> => {
		try {
			if (await runs()) return lookEveryMs;
			if (isDisposed) return lookEveryMs;
			onProblem(new Error('the engine has ended, and is started again'));
			await start();
			retryMs = firstRetryMs;
			return lookEveryMs;
		} catch (error) {
			onProblem(error);
			const waitMs = retryMs;
			retryMs = Math.min(longestRetryMs, retryMs * 2);
			return waitMs;
		}
	};
	const lookAfter = (ms: number) => {
		if (isDisposed) return;
		callOff = clock.after(ms, () => {
			round = look().then(lookAfter);
		});
	};
	lookAfter(lookEveryMs);

	return {
		async [Symbol.asyncDispose]() {
			isDisposed = true;
			callOff();
			await round;
		},
	};
}
