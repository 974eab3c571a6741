// Routes about the learner: who they are, and what they have done.
import type { FastifyInstance } from 'fastify';
import { LabError } from '#contract/errors.ts';
import { createLearner } from '../learners/identity.ts';
import type { Store } from '../store/store.ts';
import { callerOf, cookieName } from './caller.ts';
import { serve } from './route.ts';

/** A learner is remembered by the browser for a year after the last visit that made a new cookie. */
const cookieSeconds = 365 * 24 * 60 * 60;

export function addLearnerRoutes(
	app: FastifyInstance,
	parts: {
		store: Store;
		now: () => Date;
		secure: boolean;
		/** Whether one more learner may be made from this address. */
		mayMake(address: string): boolean;
	},
): void {
	const { store, now, secure, mayMake } = parts;

	serve(app, 'createLearner', async ({ request, reply }) => {
		if (!mayMake(request.ip)) throw new LabError('learner.too-many');
		const made = await createLearner(store.learners, now());
		reply.setCookie(cookieName, made.token, {
			path: '/',
			httpOnly: true,
			sameSite: 'strict',
			secure,
			maxAge: cookieSeconds,
		});
		reply.status(201);
		return made;
	});

	serve(app, 'progress', async ({ request }) => {
		const learner = await callerOf(request, store.learners);
		const lessons: Record<string, Record<string, string>> = {};
		for (const { lesson, step, passedAt } of await store.progress.list(learner.id)) {
			lessons[lesson] = { ...lessons[lesson], [step]: passedAt };
		}
		return { lessons };
	});
}
