import { describe, expect, test } from 'vitest';
import { flow } from '#contract/socket.ts';
import { createCoalescer } from '#runner/terminal/coalescer.ts';
import { handClock } from '../cluster/hand-clock.ts';

function make() {
	const clock = handClock();
	const flushes: number[] = [];
	return { clock, flushes, coalescer: createCoalescer(clock, () => flushes.push(clock.now())) };
}

describe('the coalescer', () => {
	test('lets the first bytes leave at once', () => {
		const { coalescer, flushes } = make();
		coalescer.add(1);
		expect(flushes).toEqual([0]);
	});

	test('gathers what follows until the time is over', () => {
		const { coalescer, clock, flushes } = make();
		coalescer.add(1);
		coalescer.add(1);
		clock.pass(1);
		coalescer.add(1);
		clock.pass(flow.coalesceMs - 2);
		expect(flushes).toEqual([0]);
		clock.pass(1);
		expect(flushes).toEqual([0, flow.coalesceMs]);
	});

	test('lets much leave before the time is over', () => {
		const { coalescer, flushes } = make();
		coalescer.add(1);
		coalescer.add(flow.coalesceBytes - 1);
		expect(flushes.length).toBe(1);
		coalescer.add(1);
		expect(flushes.length).toBe(2);
	});

	test('is quick again after a silence, and sets no timer then', () => {
		const { coalescer, clock, flushes } = make();
		coalescer.add(1);
		clock.pass(flow.coalesceMs);
		expect(clock.pending).toBe(0);
		clock.pass(100);
		coalescer.add(1);
		expect(flushes).toEqual([0, 100 + flow.coalesceMs]);
	});

	test('does nothing after it was disposed of', () => {
		const { coalescer, clock, flushes } = make();
		coalescer.add(1);
		coalescer.add(1);
		coalescer[Symbol.dispose]();
		clock.pass(100);
		expect(flushes).toEqual([0]);
	});
});
