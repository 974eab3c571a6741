// JSON lines: a stream of JSON values, one a line, as Docker sends events and progress.
/** A node's engine may be anything that its learner put there; Docker's longest lines are a few KiB. */
const mostLineCharacters = 4 * 1024 * 1024;

/**
 * Yields each value. A last line without an end is yielded too, unless it is cut off in the middle.
 * Throws a RangeError for a line that is too long.
 */
export async function* jsonLines(stream: NodeJS.ReadableStream): AsyncGenerator<unknown> {
	stream.setEncoding('utf8');
	let rest = '';
	for await (const chunk of stream) {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > mostLineCharacters) throw new RangeError('a line is too long');
		for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
	}
	if (rest.trim() === '') return;
	let last: unknown;
	try {
		last = JSON.parse(rest);
	} catch {
		return;
	}
	yield last;
}
