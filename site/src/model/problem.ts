// Problem: something that went wrong, as the learner is told, and answers that are either a value or a problem.
import type { ErrorBody } from '#contract/errors.ts';

/** `code` is one of the runner's codes, or one of the page's own: `page.no-runner`, `page.offline`, `page.timeout`. */
export type Problem = ErrorBody['error'];

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export function failure(problem: Problem): { ok: false; problem: Problem } {
	return { ok: false, problem };
}
