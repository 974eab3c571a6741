// Rate: how often one asker may have something; a bucket of turns that fills again with time. Knows no requests.
import type { Clock } from '../clock.ts';

export interface RateLimit {
	/** Turns that may be taken at once, ... */
	burst: number;
	/** ... and how many come back each minute. */
	perMinute: number;
}

/** Askers that are remembered; with more, those who have waited longest have a full bucket anyway. */
const mostAskers = 10_000;

/** A function that takes a turn for an asker, and says whether there was one. */
export function createRate(clock: Pick<Clock, 'now'>, { burst, perMinute }: RateLimit): (asker: string) => boolean {
	const buckets = new Map<string, { turns: number; at: number }>();
	return (asker) => {
		const now = clock.now();
		const known = buckets.get(asker);
		const filled = known ? known.turns + ((now - known.at) / 60_000) * perMinute : burst;
		const turns = Math.min(burst, filled);
		// Put in again, so that the map's order is that of the last turn.
		buckets.delete(asker);
		buckets.set(asker, { turns: turns >= 1 ? turns - 1 : turns, at: now });
		const oldest = buckets.size > mostAskers ? buckets.keys().next().value : undefined;
		if (oldest !== undefined) buckets.delete(oldest);
		return turns >= 1;
	};
}
