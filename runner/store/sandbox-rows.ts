// Sandbox rows: what Shoal remembers of sandboxes, so that a restarted runner finds them again.
import type { Sandbox } from '#contract/sandbox.ts';

export interface SandboxRow extends Sandbox {
	/** Whose it is: a learner's ID. */
	learner: string;
}

export interface SandboxRows {
	insert(row: SandboxRow): Promise<void>;
	/** Changes the named fields; nothing happens when there is no such row. */
	update(id: string, change: Partial<SandboxRow>): Promise<void>;
	/** Nothing happens when there is no such row. */
	remove(id: string): Promise<void>;
	/** All rows, oldest first. */
	list(): Promise<SandboxRow[]>;
}
