// Reaper: removes what nobody needs any more, when its time has come, and tries again until it is gone.
import type { Clock } from '../clock.ts';

/** Longest time between rounds: strays appear when a removal failed or another life of the runner was killed. */
const roundMs = 60_000;
/** After a round that failed. */
const retryMs = 5_000;
/** Leases that end together are one round. */
const shortestMs = 50;

export interface ReaperParts {
	clock: Clock;
	/** When the next lease ends, in ms since 1970; `undefined` when there is none. */
	nextEnd(): number | undefined;
	/** One round. May be repeated at any time. */
	reap(): Promise<void>;
	onFault(error: unknown): void;
}

export interface Reaper extends AsyncDisposable {
	/** A lease was made, moved or ended: look again when the next one ends. */
	reschedule(): void;
}

/** Starts with a wait: the first round is the caller's. Disposing waits for the round that is under way. */
export function startReaper({ clock, nextEnd, reap, onFault }: ReaperParts): Reaper {
	let callOff = () => {};
	let round: Promise<void> | undefined;
	let isDisposed = false;

	const schedule = (mostMs: number) => {
		callOff();
		if (isDisposed || round) return;
		const untilEnd = (nextEnd() ?? Number.POSITIVE_INFINITY) - clock.now();
		callOff = clock.after(Math.min(mostMs, Math.max(shortestMs, untilEnd)), () => {
			round = runRound();
		});
	};
	const runRound = async () => {
		let next = roundMs;
		try {
			await reap();
		} catch (error) {
			next = retryMs;
			onFault(error);
		}
		round = undefined;
		// A lease that could not be ended is still the next one to end: without a pause it would be tried at once.
		if (next === retryMs && !isDisposed) callOff = clock.after(retryMs, () => (round = runRound()));
		else schedule(next);
	};

	schedule(roundMs);
	return {
		reschedule: () => schedule(roundMs),
		async [Symbol.asyncDispose]() {
			isDisposed = true;
			callOff();
			await round;
		},
	};
}
