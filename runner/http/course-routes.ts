// Routes about the course: its outline, and the hints and solutions that are not in the page.
import type { FastifyInstance } from 'fastify';
import { LabError } from '#contract/errors.ts';
import type { Course, Lesson, Step } from '#contract/lesson.ts';
import type { LearnerRows } from '../store/store.ts';
import { callerOf } from './caller.ts';
import { serve } from './route.ts';

export interface Labs {
	course: Course;
	lessons: Lesson[];
}

/** The lesson with this ID. Throws `lesson.not-found`. */
export function findLesson(labs: Labs, id: string): Lesson {
	const lesson = labs.lessons.find((candidate) => candidate.id === id);
	if (!lesson) throw new LabError('lesson.not-found', { lesson: id });
	return lesson;
}

export function addCourseRoutes(app: FastifyInstance, parts: { labs: Labs; learners: LearnerRows }): void {
	const { labs, learners } = parts;

	serve(app, 'course', () => ({
		course: labs.course,
		lessons: labs.lessons.map(({ id, title, minutes, topology, steps }) => ({
			id,
			title,
			minutes,
			topology,
			steps: steps.map((step) => ({ id: step.id, hints: step.hints.length })),
		})),
	}));

	serve(app, 'hint', async ({ request, query }) => {
		await callerOf(request, learners);
		const { hints } = findStep(findLesson(labs, query.lesson), query.step);
		const hint = hints[query.number - 1];
		if (hint === undefined)
			throw new LabError('request.invalid', { where: 'query.number', problem: 'there is no such hint' });
		return { hint, more: query.number < hints.length };
	});

	serve(app, 'solution', async ({ request, query }) => {
		await callerOf(request, learners);
		return { commands: findStep(findLesson(labs, query.lesson), query.step).solution };
	});
}

function findStep(lesson: Lesson, id: string): Step {
	const step = lesson.steps.find((candidate) => candidate.id === id);
	if (!step) throw new LabError('request.invalid', { where: 'step', problem: `${lesson.id} has no step "${id}"` });
	return step;
}
