// Run block: what the words after ```sh say about running a code block.

export interface RunBlock {
	/** In whose terminal it is typed. */
	node: string;
	/** False for `noenter`: the command is inserted, and the learner presses Enter. */
	enter: boolean;
}

/**
 * Reads the meta words of a code fence: `run=manager1`, `run=manager1 noenter`. Nothing when there is no `run`.
 * @throws {RangeError} when the node has no proper name
 */
export function parseRunBlock(meta: string): RunBlock | undefined {
	const words = meta.split(/\s+/);
	const run = words.find((word) => word.startsWith('run='));
	if (run === undefined) return undefined;
	const node = run.slice('run='.length).replace(/^(["'])(.*)\1$/, '$2');
	if (!/^(manager|worker)[1-9]$/.test(node)) {
		throw new RangeError(`run=${node}: a node is named manager1, manager2, ... or worker1, worker2, ...`);
	}
	return { node, enter: !words.includes('noenter') };
}
