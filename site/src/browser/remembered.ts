// Remembered: what this browser keeps of the learner's taste. public/restore.js reads the same keys.

export type Key = 'theme' | 'split' | 'reader';

/** The kept value, or nothing, also where storage is forbidden. */
export function recall(key: Key): string | null {
	try {
		return localStorage.getItem(`shoal.${key}`);
	} catch {
		return null;
	}
}

/** Keeps a value; `undefined` forgets it. */
export function remember(key: Key, value: string | undefined): void {
	try {
		if (value === undefined) localStorage.removeItem(`shoal.${key}`);
		else localStorage.setItem(`shoal.${key}`, value);
	} catch {
		// Storage is forbidden: the choice holds for this page.
	}
}
