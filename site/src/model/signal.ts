// Signal: a value that tells its subscribers when it has been replaced.

export interface Signal<T> {
	readonly value: T;
	/** Calls `listener` at once with the value, then after each change. Returns the function that stops it. */
	subscribe(listener: (value: T) => void): () => void;
}
export interface WritableSignal<T> extends Signal<T> {
	set(value: T): void;
}

/** A signal that starts with `initial`. Setting an identical value tells nobody. */
export function signal<T>(initial: T): WritableSignal<T> {
	const listeners = new Set<(value: T) => void>();
	let current = initial;
	return {
		get value() {
			return current;
		},
		set(value) {
			if (Object.is(value, current)) return;
			current = value;
			for (const listener of [...listeners]) listener(value);
		},
		subscribe(listener) {
			listeners.add(listener);
			listener(current);
			return () => listeners.delete(listener);
		},
	};
}
