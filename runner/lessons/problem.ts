// Problem: something that is the matter with a lesson or a course, and where.

export interface Problem {
	/** As given to the parser; shown as it is. */
	file: string;
	/** From 1. */
	line: number;
	/** From 1, in characters. */
	column: number;
	message: string;
	/** The line as it stands in the file; empty when there is no such line. */
	sourceLine: string;
	/** What may be written instead. */
	hint?: string;
}

/** Makes problems of one file, from a line and column both counted from 1. */
export function problemsOf(file: string, text: string) {
	const lines = text.split(/\r?\n/);
	return (position: { line: number; column: number }, message: string, hint?: string): Problem => ({
		file,
		...position,
		message,
		sourceLine: lines[position.line - 1] ?? '',
		...(hint === undefined ? {} : { hint }),
	});
}

/** By file, then from top to bottom. */
export function inOrder(problems: readonly Problem[]): Problem[] {
	return [...problems].sort((a, b) =>
		a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
	);
}
