// Troubles: what is wrong with a node at the moment. Each is told once when it lasts, and again when it comes back.

export interface Troubles {
	/** There is this trouble, about something that has at most one at a time. */
	is(about: string, sentence: string): void;
	/** There is none about it (any more). */
	over(about: string): void;
	close(): void;
}

/** Networks and namespaces come and go while tasks, engines and nodes do; what lasts for longer is worth a word. */
const lastsMs = 5_000;

export function createTroubles(tell: (sentence: string) => void): Troubles {
	const current = new Map<string, { sentence: string; timer: NodeJS.Timeout }>();
	const over = (about: string) => {
		clearTimeout(current.get(about)?.timer);
		current.delete(about);
	};
	return {
		is(about, sentence) {
			const known = current.get(about);
			if (known) known.sentence = sentence;
			else {
				const trouble = { sentence, timer: setTimeout(() => tell(trouble.sentence), lastsMs) };
				current.set(about, trouble);
			}
		},
		over,
		close() {
			for (const about of [...current.keys()]) over(about);
		},
	};
}
