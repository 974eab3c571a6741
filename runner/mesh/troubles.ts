// Troubles: what is wrong with a node at the moment, and has been for a while.

export interface Troubles {
	/** There is this trouble, about something that has at most one at a time. */
	is(about: string, sentence: string): void;
	/** There is none about it (any more). */
	over(about: string): void;
	/** The sentences of those that last, oldest first. */
	lasting(): string[];
	close(): void;
}

/** Networks and namespaces come and go while tasks, engines and nodes do; what lasts for longer is worth a word. */
const lastsMs = 5_000;

/** None at first. `changed` is called when `lasting` has another answer. */
export function createTroubles(changed: () => void): Troubles {
	const current = new Map<string, { sentence: string; timer: NodeJS.Timeout; lasts: boolean }>();
	return {
		is(about, sentence) {
			const known = current.get(about);
			if (known) {
				const isNews = known.lasts && known.sentence !== sentence;
				known.sentence = sentence;
				if (isNews) changed();
				return;
			}
			const timer = setTimeout(() => {
				trouble.lasts = true;
				changed();
			}, lastsMs);
			const trouble = { sentence, timer, lasts: false };
			current.set(about, trouble);
		},
		over(about) {
			const known = current.get(about);
			if (!known) return;
			clearTimeout(known.timer);
			current.delete(about);
			if (known.lasts) changed();
		},
		lasting: () => [...current.values()].filter(({ lasts }) => lasts).map(({ sentence }) => sentence),
		close() {
			for (const { timer } of current.values()) clearTimeout(timer);
			current.clear();
		},
	};
}
