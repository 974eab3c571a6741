// Identity: a learner is whoever holds the random token that Shoal gave them. No account, no password.
import { createHash, randomBytes } from 'node:crypto';
import type { LearnerRow, LearnerRows } from '../store/store.ts';

/** A token is 256 random bits in base64url, so it cannot be guessed and only its hash need be stored. */
const tokenPattern = /^[\w-]{43}$/;

/** Makes a learner. The token is shown to nobody else and kept nowhere. */
export async function createLearner(rows: LearnerRows, now: Date): Promise<{ learner: string; token: string }> {
	const token = randomBytes(32).toString('base64url');
	const learner = `l-${randomBytes(9).toString('base64url')}`;
	await rows.insert({ id: learner, tokenHash: hashToken(token), createdAt: now.toISOString() });
	return { learner, token };
}

/** The learner whose token this is, or `undefined`. */
export async function findLearner(rows: LearnerRows, token: string): Promise<LearnerRow | undefined> {
	return tokenPattern.test(token) ? rows.findByTokenHash(hashToken(token)) : undefined;
}

function hashToken(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}
