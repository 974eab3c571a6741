// Progress: which steps have passed, given what was seen until now. Pure; `watchSteps` feeds it.
import type { LessonFrontmatter } from '#contract/lesson.ts';
import { passesUntouched, type StepResult } from './steps.ts';

type Lesson = Pick<LessonFrontmatter, 'steps' | 'topology'>;

/** What has to be remembered between two looks at a sandbox. */
export interface Progress {
	/** Steps that passed once; they stay passed. */
	passed: ReadonlySet<string>;
	/** Steps that count as soon as they are fulfilled, because they were unfulfilled at some moment of this sandbox. */
	armed: ReadonlySet<string>;
}

/**
 * Where a learner stands when a sandbox begins.
 *
 * @param passed steps the learner has passed before, perhaps in another sandbox
 * @param isFresh nobody can have touched the sandbox yet; `false` when it is taken over after a restart of the runner,
 *   because then nobody knows what was seen before
 */
export function beginProgress(lesson: Lesson, passed: Iterable<string>, isFresh: boolean): Progress {
	const armed = lesson.steps.filter((step) => !isFresh || !passesUntouched(step, lesson.topology));
	return { passed: new Set(passed), armed: new Set(armed.map((step) => step.id)) };
}

/**
 * One look further. A step passes when it is fulfilled, was unfulfilled before, and all steps before it have passed: a step
 * builds on what the ones before it made, so "goweb is gone" is no success for somebody who is still making it. Several
 * steps may pass in one look. The same progress comes back when nothing changed.
 *
 * @param results by step ID, of one and the same moment
 */
export function advance(
	lesson: Lesson,
	progress: Progress,
	results: ReadonlyMap<string, StepResult>,
): { progress: Progress; newlyPassed: string[] } {
	const armed = new Set(progress.armed);
	const passed = new Set(progress.passed);
	const newlyPassed: string[] = [];
	for (const { id } of lesson.steps) {
		if (results.get(id)?.checks.some((check) => check.verdict === 'not-yet')) armed.add(id);
	}
	for (const { id } of lesson.steps) {
		if (passed.has(id)) continue;
		if (!results.get(id)?.passes || !armed.has(id)) break;
		passed.add(id);
		newlyPassed.push(id);
	}
	const isUnchanged = newlyPassed.length === 0 && armed.size === progress.armed.size;
	return { progress: isUnchanged ? progress : { passed, armed }, newlyPassed };
}

/** The first step that has not passed; its probes, and no other's, are made. */
export function openStep<Step extends { id: string }>(steps: readonly Step[], progress: Progress): Step | undefined {
	return steps.find((step) => !progress.passed.has(step.id));
}
