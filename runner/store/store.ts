// Store: what Shoal remembers over a restart, as an interface. SQLite is the default implementation (sqlite.ts).
//
// Everything is asynchronous so that a database over the network fits the same interface. Times are ISO strings in UTC.
import type { SandboxRows } from './sandbox-rows.ts';

export interface LearnerRow {
	id: string;
	/** SHA-256 of the token, in hex: whoever reads the database cannot become a learner. */
	tokenHash: string;
	createdAt: string;
}

export interface LearnerRows {
	insert(row: LearnerRow): Promise<void>;
	findByTokenHash(tokenHash: string): Promise<LearnerRow | undefined>;
}

export interface PassedStep {
	learner: string;
	lesson: string;
	step: string;
	passedAt: string;
}

export interface ProgressRows {
	/** Remembers the first time that a step passed. Resolves with false when it was known already. */
	pass(row: PassedStep): Promise<boolean>;
	/** Passed steps of a learner, of one lesson or of all. */
	list(learner: string, lesson?: string): Promise<PassedStep[]>;
}

export interface Store extends AsyncDisposable {
	learners: LearnerRows;
	progress: ProgressRows;
	sandboxes: SandboxRows;
}
