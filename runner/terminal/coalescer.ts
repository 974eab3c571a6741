// Coalescer: decides when output leaves. The first bytes at once, so that a key's echo is fast; then a little is gathered.
import { flow } from '#contract/socket.ts';
import type { Clock } from '../clock.ts';

export interface Coalescer extends Disposable {
	/** So many bytes wait; may flush before it returns. */
	add(bytes: number): void;
	/** Flushes what waits. */
	flush(): void;
}

/** After each flush, what comes within `flow.coalesceMs` leaves together, or earlier when it is `flow.coalesceBytes`. */
export function createCoalescer(clock: Clock, onFlush: () => void): Coalescer {
	let waitingBytes = 0;
	let callOff: (() => void) | undefined;

	const flush = () => {
		callOff?.();
		callOff = clock.after(flow.coalesceMs, () => {
			callOff = undefined;
			if (waitingBytes > 0) flush();
		});
		waitingBytes = 0;
		onFlush();
	};

	return {
		add(bytes) {
			waitingBytes += bytes;
			if (callOff === undefined || waitingBytes >= flow.coalesceBytes) flush();
		},
		flush() {
			if (waitingBytes > 0) flush();
		},
		[Symbol.dispose]() {
			callOff?.();
			callOff = undefined;
		},
	};
}
