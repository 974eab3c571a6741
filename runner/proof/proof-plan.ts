// Proof plan: what must be tried to prove a lesson, as data. Pure; `labs test` carries it out.
//
// A check proves something only if it is red before the solution, green after it, and red after each likely mistake.
// A mistake changes the cluster in ways nobody wants to undo, so each is tried in a sandbox of its own, brought to the
// start of its step by the solutions of the steps before.
import type { Command, Lesson, Step } from '#contract/lesson.ts';

/** One sandbox's worth of proof, its acts in order. */
export interface Trial {
	lesson: string;
	/** `solutions`, or `join-worker1, wrong answer 2`. */
	name: string;
	acts: Act[];
}

export type Act =
	/** Every check of the step is red right now. */
	| { type: 'expect-red'; step: string }
	/** Commands are typed, one after another, each when the one before has ended. */
	| { type: 'type'; step: string; commands: Command[] }
	/** The step becomes green. */
	| { type: 'expect-green'; step: string }
	/** The step stays red, for as long as a learner would look at it. */
	| { type: 'expect-still-red'; step: string };

/** All trials of a lesson: the solutions once through, then each wrong answer. */
export function planProof(lesson: Lesson): Trial[] {
	const throughAll: Trial = { lesson: lesson.id, name: 'solutions', acts: lesson.steps.flatMap(prove) };
	const mistakes = lesson.steps.flatMap((step, index) =>
		step.wrong.map((wrong, number): Trial => {
			const commands = Array.isArray(wrong) ? wrong : [wrong];
			return {
				lesson: lesson.id,
				name: `${step.id}, wrong answer ${number + 1}`,
				acts: [
					...lesson.steps.slice(0, index).flatMap(solve),
					{ type: 'type', step: step.id, commands },
					{ type: 'expect-still-red', step: step.id },
				],
			};
		}),
	);
	return [throughAll, ...mistakes];
}

function solve(step: Step): Act[] {
	return [
		{ type: 'type', step: step.id, commands: step.solution },
		{ type: 'expect-green', step: step.id },
	];
}

function prove(step: Step): Act[] {
	return [{ type: 'expect-red', step: step.id }, ...solve(step)];
}
