// Shell marks: how a program that types into a terminal knows that a command has ended, and how.
//
// The nodes' shell writes `ESC ] 133 ; D ; <exit code> BEL` before each prompt, as FinalTerm began and VS Code, WezTerm and
// kitty read it (https://gitlab.freedesktop.org/Per_Bothner/specifications/blob/master/proposals/semantic-prompts.md).
// Terminals that do not know the mark show nothing.

// biome-ignore lint/suspicious/noControlCharactersInRegex: the mark is made of control characters.
const commandEnd = /\x1b\]133;D;(\d+)(?:\x07|\x1b\\)/g;

/** Longest part of a mark that may be cut off at the end of a chunk. */
const longestMark = 16;

export interface MarkReader {
	/** Takes the next piece of output; returns the exit codes of the commands that ended in it. */
	read(output: string): number[];
}

/** Reads marks from output that comes in pieces, cut anywhere. */
export function markReader(): MarkReader {
	let rest = '';
	return {
		read(output) {
			const text = rest + output;
			let end = 0;
			const codes = [...text.matchAll(commandEnd)].map((match) => {
				end = match.index + match[0].length;
				return Number(match[1]);
			});
			rest = text.slice(Math.max(end, text.length - longestMark));
			return codes;
		},
	};
}
