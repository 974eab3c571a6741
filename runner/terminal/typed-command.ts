// Typed command: the key presses that bring a lesson's command into a shell.

/** Ctrl-V: takes the next key as it is, in readline and in the kernel's line editing alike. */
const literally = '\x16';

/**
 * The bytes to type. Lines end with Enter, as a person would press it; a tab would complete a word, so it is typed
 * literally. Nothing is assumed about the program that reads (bracketed paste is off while a command runs).
 */
export function typedCommand(command: string, enter: boolean): Uint8Array {
	const lines = command.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
	const keys = lines.replaceAll('\t', `${literally}\t`).replaceAll('\n', '\r');
	return new TextEncoder().encode(enter ? `${keys}\r` : keys);
}
