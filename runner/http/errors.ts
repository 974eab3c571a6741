// The HTTP edge where errors become answers: a LabError with its own status, anything else as `internal`.
import { randomBytes } from 'node:crypto';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { LabError } from '#contract/errors.ts';

/** The LabError that stands for any error. What is unexpected is logged under a reference that the learner sees. */
export function toLabError(error: unknown, log: (reference: string, error: unknown) => void): LabError {
	if (error instanceof LabError) return error;
	const reference = randomBytes(4).toString('hex');
	log(reference, error);
	return new LabError('internal', { reference }, { cause: error });
}

/** Fastify's error handler. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
	const status = error.statusCode ?? 500;
	const known =
		!(error instanceof LabError) && status >= 400 && status < 500
			? new LabError('request.invalid', { where: 'request', problem: error.message }, { cause: error })
			: toLabError(error, (reference, cause) => request.log.error({ reference, err: cause }, 'unexpected error'));
	return reply.status(known.status).send(known.toBody());
}
