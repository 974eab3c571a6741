// Clock: time as the model sees it, so that tests can turn it by hand.

export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Calls `act` once after `ms`, unless the returned function is called before. */
	after(ms: number, act: () => void): () => void;
}

/** Settles with `value` when `promise` has not settled within `ms`. */
export function within<T, U>(clock: Clock, ms: number, promise: Promise<T>, value: U): Promise<T | U> {
	return new Promise((resolve, reject) => {
		const cancel = clock.after(ms, () => resolve(value));
		promise.then(resolve, reject).finally(cancel);
	});
}
