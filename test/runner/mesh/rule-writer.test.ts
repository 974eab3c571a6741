// What is written when, and what a learner hears of writing that fails.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HandAnswer } from '#runner/mesh/hand.ts';
import { createRuleWriter, type RuleWriter } from '#runner/mesh/rule-writer.ts';
import { createTroubles } from '#runner/mesh/troubles.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const done: HandAnswer = { status: 0, body: '' };
const busy: HandAnswer = { status: 1, body: 'another app holds the lock\n' };

/** A node whose hand gives these answers, by namespace, and that writes again when it is asked to. */
function node(scripts: Map<string, string>, answers: Record<string, HandAnswer>) {
	const ran: string[] = [];
	/** All that was ever wrong for longer. */
	const told: string[] = [];
	const hand = {
		run: async (namespace: string, script: string) => {
			ran.push(`${namespace}: ${script}`);
			return answers[namespace] ?? done;
		},
	};
	const write = () => writer.write(hand, scripts);
	const troubles = createTroubles(() => told.push(...troubles.lasting()));
	const writer: RuleWriter = createRuleWriter({
		again: () => void write(),
		troubles,
		now: () => Date.now(),
	});
	return { ran, told, write, writer, scripts, answers };
}

test('only what differs is written, in the order given', async () => {
	const { ran, write, writer, scripts } = node(
		new Map([
			['lb_a', 'one'],
			['-', 'own'],
		]),
		{},
	);
	await write();
	await write();
	scripts.set('-', 'own, changed');
	await write();
	expect(ran).toEqual(['lb_a: one', '-: own', '-: own, changed']);
	writer.forget('lb_a');
	expect(writer.isWritten('lb_a')).toBe(false);
	await write();
	expect(ran.slice(3)).toEqual(['lb_a: one']);
	writer.forget();
	await write();
	expect(ran.slice(4)).toEqual(['lb_a: one', '-: own, changed']);
});

test('what failed is tried again by itself, ever more slowly, and nothing else is', async () => {
	const { ran, write, told, answers } = node(
		new Map([
			['lb_a', 'one'],
			['-', 'own'],
		]),
		{ '-': busy },
	);
	await write();
	await vi.advanceTimersByTimeAsync(3_000);
	expect(ran).toEqual(['lb_a: one', ...Array(4).fill('-: own')]);
	expect(told).toEqual([]);
	answers['-'] = done;
	await vi.advanceTimersByTimeAsync(60_000);
	expect(ran).toHaveLength(6);
	expect(told).toEqual([]);
});

test('what goes on failing is told, and told again when it comes back', async () => {
	const { write, writer, told, answers } = node(new Map([['lb_a', 'one']]), { lb_a: busy });
	await write();
	await vi.advanceTimersByTimeAsync(8_000);
	expect(told).toEqual([expect.stringMatching(/^The rules of lb_a cannot be .*: another app holds the lock$/)]);
	answers.lb_a = done;
	await vi.advanceTimersByTimeAsync(60_000);
	answers.lb_a = busy;
	writer.forget();
	await write();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(told).toHaveLength(2);
});

test.each([125, -1])(
	'a namespace or a hand that is gone (%i) is not tried again: news comes by itself',
	async (status) => {
		const { ran, write, told } = node(new Map([['lb_a', 'one']]), { lb_a: { status, body: 'gone' } });
		await write();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(ran).toHaveLength(1);
		expect(told).toEqual([]);
	},
);

test('a namespace that has no rules any more is not tried again, and is no trouble', async () => {
	const { ran, write, scripts, told } = node(new Map([['lb_a', 'one']]), { lb_a: busy });
	await write();
	scripts.clear();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(ran).toHaveLength(1);
	expect(told).toEqual([]);
});

test('closed, it tries nothing any more', async () => {
	const { ran, write, writer } = node(new Map([['lb_a', 'one']]), { lb_a: busy });
	await write();
	writer.close();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(ran).toHaveLength(1);
});
