// Hand clock: time that stands still until a test turns it.
import type { Clock } from '#site/model/clock.ts';

export interface HandClock extends Clock {
	/** Lets time pass; what falls due is called in order, with promises settled in between. */
	turn(ms: number): Promise<void>;
}

export function handClock(start = 0): HandClock {
	let time = start;
	let due: { at: number; act: () => void }[] = [];
	const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
	return {
		now: () => time,
		after(ms, act) {
			const entry = { at: time + ms, act };
			due.push(entry);
			return () => {
				due = due.filter((one) => one !== entry);
			};
		},
		async turn(ms) {
			const end = time + ms;
			await settle();
			for (;;) {
				const next = due.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
				if (!next) break;
				due = due.filter((one) => one !== next);
				time = next.at;
				next.act();
				await settle();
			}
			time = end;
			await settle();
		},
	};
}
