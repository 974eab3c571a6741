// Hand clock: a clock that stands still until a test moves it.
import type { Clock } from '#runner/clock.ts';

export interface HandClock extends Clock {
	/** Lets time pass; whatever falls due is called, in order. */
	pass(ms: number): void;
	/** How many timers are set. */
	readonly pending: number;
}

export function handClock(start = 0): HandClock {
	let now = start;
	let timers: { at: number; callback: () => void }[] = [];
	return {
		now: () => now,
		after(ms, callback) {
			const timer = { at: now + ms, callback };
			timers.push(timer);
			return () => {
				timers = timers.filter((other) => other !== timer);
			};
		},
		pass(ms) {
			const until = now + ms;
			for (;;) {
				const [next] = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at);
				if (next === undefined) break;
				timers = timers.filter((timer) => timer !== next);
				now = Math.max(now, next.at);
				next.callback();
			}
			now = until;
		},
		get pending() {
			return timers.length;
		},
	};
}
