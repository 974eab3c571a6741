// What it takes to prove a lesson.
import { expect, test } from 'vitest';
import { lessonSchema } from '#contract/lesson.ts';
import { planProof } from '#runner/proof/proof-plan.ts';

const run = (what: string) => ({ on: 'manager1', run: what });
const lesson = {
	id: 'day-01/01-x',
	...lessonSchema.parse({
		title: 'X',
		minutes: 1,
		topology: { managers: 1, workers: 0 },
		steps: [
			{ id: 'one', checks: [{ service: 'a' }], solution: [run('s1')], wrong: [run('w1')] },
			{ id: 'two', checks: [{ service: 'b' }], solution: [run('s2')], wrong: [[run('w2'), run('w3')]] },
		],
	}),
};

const story = () =>
	planProof(lesson).map(({ name, acts }) => [
		name,
		acts.map((act) =>
			act.type === 'type' ? act.commands.map((command) => command.run).join('; ') : `${act.type} ${act.step}`,
		),
	]);

test('solutions are tried once through, each mistake in a sandbox of its own', () => {
	expect(story()).toEqual([
		['solutions', ['expect-red one', 's1', 'expect-green one', 'expect-red two', 's2', 'expect-green two']],
		['one, wrong answer 1', ['w1', 'expect-still-red one']],
		['two, wrong answer 1', ['s1', 'expect-green one', 'w2; w3', 'expect-still-red two']],
	]);
});
