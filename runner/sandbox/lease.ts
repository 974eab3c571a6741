// Lease: until when a sandbox lives. Using it renews the lease; what nobody uses ends.
import type { Clock } from '../clock.ts';

/** Each key press is a use: the lease is moved, stored and told to the page no more often than this. */
const renewEveryMs = 30_000;

/** The end of a lease that begins now, as an ISO time. */
export function leaseFromNow(clock: Clock, leaseMs: number): string {
	return new Date(clock.now() + leaseMs).toISOString();
}

/** The renewed lease, or `undefined` when the one there is is hardly older. */
export function renewedLease(leaseEndsAt: string, clock: Clock, leaseMs: number): string | undefined {
	const gainedMs = clock.now() + leaseMs - Date.parse(leaseEndsAt);
	return gainedMs >= Math.min(renewEveryMs, leaseMs / 4) ? leaseFromNow(clock, leaseMs) : undefined;
}

export function isExpired(leaseEndsAt: string, clock: Clock): boolean {
	return Date.parse(leaseEndsAt) <= clock.now();
}
