// Caller: who sends a request. Every route but a few asks this first.
import type { FastifyRequest } from 'fastify';
import { LabError } from '#contract/errors.ts';
import { findLearner } from '../learners/identity.ts';
import type { LearnerRow, LearnerRows } from '../store/store.ts';

export const cookieName = 'shoal';

/** The token of a request: `Authorization: Bearer <token>`, else the cookie. */
export function tokenOf(request: FastifyRequest): string | undefined {
	return bearerOf(request) ?? request.cookies[cookieName];
}

export function bearerOf(request: FastifyRequest): string | undefined {
	return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
}

/** The learner who sends the request. Throws `learner.unknown`. */
export async function callerOf(request: FastifyRequest, rows: LearnerRows): Promise<LearnerRow> {
	const token = tokenOf(request);
	const learner = token === undefined ? undefined : await findLearner(rows, token);
	if (!learner) throw new LabError('learner.unknown');
	return learner;
}
