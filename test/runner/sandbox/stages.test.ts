import { expect, test } from 'vitest';
import type { Stage } from '#contract/sandbox.ts';
import { trackStages } from '#runner/sandbox/stages.ts';
import { handClock } from '../cluster/hand-clock.ts';

function make() {
	const clock = handClock();
	const told: Stage[] = [];
	const inStage = trackStages(clock, (stage) => told.push(stage));
	return { clock, told, inStage };
}
const brief = ({ name, state, ms, detail }: Stage) => [name, state, ms, detail];

test('several works are one stage, which says what it waits for', async () => {
	const { clock, told, inStage } = make();
	const first = Promise.withResolvers<void>();
	const second = Promise.withResolvers<void>();
	const works = [
		inStage('engines', { works: 2, detail: 'manager1' }, () => first.promise),
		inStage('engines', { works: 2, detail: 'worker1' }, () => second.promise),
	];
	clock.pass(30);
	second.resolve();
	await works[1];
	clock.pass(20);
	first.resolve();
	await works[0];
	expect(told.map(brief)).toEqual([
		['engines', 'running', undefined, 'manager1'],
		['engines', 'running', undefined, 'manager1, worker1'],
		['engines', 'running', undefined, 'manager1'],
		['engines', 'done', 50, undefined],
	]);
});

test('a failure is told once, and passed on', async () => {
	const { told, inStage } = make();
	const works = ['manager1', 'worker1'].map((detail) =>
		inStage('nodes', { works: 2, detail }, async () => {
			throw new Error(`no ${detail}`);
		}),
	);
	const results = await Promise.allSettled(works);
	expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
	expect(told.filter(({ state }) => state === 'failed').length).toBe(1);
});
