// Result: the three verdicts, and the sentence that goes with each.
import type { CheckResult } from '#contract/check.ts';

/** What a check found: reasons why it does not pass yet, none when it does, and what is seen in either case. */
export interface Finding {
	/** Clauses without a full stop. The check passes exactly when there are none. */
	reasons: string[];
	/** What is seen when it passes; a clause too. */
	seen: string;
}

/** More than this at once is a wall of text; the first ones are the causes of the later ones. */
const mostReasons = 3;

export function toResult({ reasons, seen }: Finding): CheckResult {
	if (reasons.length === 0) return { verdict: 'pass', because: sentence([seen]) };
	return { verdict: 'not-yet', because: sentence(reasons.slice(0, mostReasons)) };
}

export function notYet(clause: string): CheckResult {
	return { verdict: 'not-yet', because: sentence([clause]) };
}

export function cannotTell(clause: string): CheckResult {
	return { verdict: 'cannot-tell', because: sentence([clause]) };
}

/** Clauses as one sentence. The first word stays as it is: it is often the name of a thing. */
export function sentence(clauses: readonly string[]): string {
	return `${clauses.map((clause) => clause.replace(/[\s.;]+$/, '')).join('; ')}.`;
}

/** Docker's own words, fit for a sentence: one line, not endless. */
export function quoted(message: string): string {
	const line = message.replace(/\s+/g, ' ').trim();
	return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}
