// Did you mean: the known word that somebody most likely wanted to write.

/**
 * The closest of `known` to `word`, or `undefined` when none is close or several are equally so: nobody who wrote `worker4`
 * means `worker1` rather than `worker2`. Case does not count; a shared beginning does.
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
	const wanted = word.toLowerCase();
	// One slip in a short word, two in a longer one, three in a long one; more than that is another word.
	const mostSlips = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
	const rated = known
		.filter((candidate) => candidate !== word)
		.map((candidate) => ({ candidate, slips: editDistance(wanted, candidate.toLowerCase()) }))
		.filter(({ candidate, slips }) => slips <= mostSlips || isCutOff(wanted, candidate.toLowerCase()));
	const [best, next] = rated.sort((a, b) => a.slips - b.slips);
	return best && best.slips !== next?.slips ? best.candidate : undefined;
}

/** `publish` for `published`: the beginning of a word, or a word with something added. */
function isCutOff(a: string, b: string): boolean {
	const [short, long] = a.length < b.length ? [a, b] : [b, a];
	return short.length >= 3 && long.startsWith(short);
}

/**
 * How many slips turn one word into the other: a letter added, left out or replaced, or two neighbours swapped (optimal string
 * alignment).
 */
export function editDistance(a: string, b: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const isSame = a[row - 1] === b[column - 1];
			let slips = Math.min(
				(last[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(last[column - 1] ?? 0) + (isSame ? 0 : 1),
			);
			const isSwap = !isSame && row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
			if (isSwap) slips = Math.min(slips, (beforeLast[column - 2] ?? 0) + 1);
			current.push(slips);
		}
		beforeLast = last;
		last = current;
	}
	return last[b.length] ?? 0;
}
