// At once: how many of something one owner may have under way. Knows no requests.

/** Takes a place for the owner until it is disposed of; `undefined` when `most` are taken. */
export function createAtOnce(most: number): (owner: string) => Disposable | undefined {
	const taken = new Map<string, number>();
	return (owner) => {
		const before = taken.get(owner) ?? 0;
		if (before >= most) return undefined;
		taken.set(owner, before + 1);
		return {
			[Symbol.dispose]() {
				const left = (taken.get(owner) ?? 0) - 1;
				if (left > 0) taken.set(owner, left);
				else taken.delete(owner);
			},
		};
	};
}
