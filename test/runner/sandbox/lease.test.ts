import { expect, test } from 'vitest';
import { isExpired, leaseFromNow, renewedLease } from '#runner/sandbox/lease.ts';
import { handClock } from '../cluster/hand-clock.ts';

const hourMs = 3_600_000;

test('a lease ends after its time, to the millisecond', () => {
	const clock = handClock();
	const lease = leaseFromNow(clock, hourMs);
	clock.pass(hourMs - 1);
	expect(isExpired(lease, clock)).toBe(false);
	clock.pass(1);
	expect(isExpired(lease, clock)).toBe(true);
});

test('use renews it, but not at each key press', () => {
	const clock = handClock();
	const lease = leaseFromNow(clock, hourMs);
	clock.pass(29_999);
	expect(renewedLease(lease, clock, hourMs)).toBeUndefined();
	clock.pass(1);
	expect(renewedLease(lease, clock, hourMs)).toBe('1970-01-01T01:00:30.000Z');
});

test('a short lease is renewed early enough', () => {
	const clock = handClock();
	const lease = leaseFromNow(clock, 8_000);
	clock.pass(2_000);
	expect(renewedLease(lease, clock, 8_000)).toBe('1970-01-01T00:00:10.000Z');
});
