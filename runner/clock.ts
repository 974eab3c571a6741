// Clock: the time and timers, as an argument, so that what waits says so in its signature.

export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Calls back once, `ms` from now; the function that comes back calls it off. */
	after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
	now: () => Date.now(),
	after: (ms, callback) => {
		const timer = setTimeout(callback, ms);
		return () => clearTimeout(timer);
	},
};
