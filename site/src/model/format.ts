// Format: numbers as the page writes them.

/** Seconds with one decimal: `0.4 s`, `12.0 s`. */
export function formatSeconds(ms: number): string {
	return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}

/** Minutes and seconds as a clock shows them, rounded up so that it ends at 0:00: `9:41`. */
export function formatClock(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1000));
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
