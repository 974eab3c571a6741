// Pace: how soon a cluster is looked at again when no event asks for it.

/** How long events are gathered before a look, and at most how long a stream of them can put it off. */
export const debounceMs = 30;
export const debounceMostMs = 150;

/** Looks that follow an event or a change in any case: a container's event comes before the managers hear of it. */
const followUpsMs = [120, 250, 500] as const;
const unsettledMs = 1_000;
/** A service that can never be placed stays unsettled for ever; after a minute without a change it is no news. */
const mostUnsettledLooks = 60;
const watchedMs = 3_000;
const unwatchedMs = 15_000;

export interface Circumstances {
	/** Looks since the last event or change. */
	quietLooks: number;
	settled: boolean;
	/** Somebody looks at the page, or waits for a check. */
	watched: boolean;
}

/** Milliseconds until the next look, if nothing happens before. */
export function nextLookMs({ quietLooks, settled, watched }: Circumstances): number {
	const followUp = followUpsMs[quietLooks];
	if (followUp !== undefined) return followUp;
	if (!settled && quietLooks < mostUnsettledLooks) return unsettledMs;
	return watched ? watchedMs : unwatchedMs;
}
