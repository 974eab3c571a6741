// Terminal modes: which of the emulator's modes programs have switched on and off, by place in the output. A replay that
// starts in the middle, while a full-screen program runs, is drawn in the modes that hold there.

/**
 * DEC private modes worth keeping (xterm's ctlseqs): cursor keys, wrap, cursor, alternate screens, mouse and focus reports,
 * bracketed paste.
 */
const keptModes = new Set([1, 7, 25, 47, 1000, 1002, 1003, 1004, 1006, 1047, 1049, 2004]);
/** `ESC [ ? 1049 h` and longer ones with several modes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
const modeSequence = /\x1b\[\?([\d;]{1,40})([hl])/g;
/** As long as a sequence can be. */
const overlapBytes = 48;

interface Change {
	/** Place after the sequence. */
	at: number;
	mode: number;
	isOn: boolean;
}

export interface TerminalModes {
	/** Output from place `from` on, without a gap after what came before. */
	read(bytes: Uint8Array, from: number): void;
	/** What before this place was asked for is of interest no more. */
	forget(before: number): void;
	/** The sequence that brings a fresh emulator into the modes that hold at the place. Empty when none was ever set. */
	sequenceAt(place: number): Uint8Array;
}

export function createTerminalModes(): TerminalModes {
	/** What held before the changes that are kept. */
	const base = new Map<number, boolean>();
	let changes: Change[] = [];
	/** The end of what was read, in which a sequence may have begun. */
	let tail = '';

	return {
		read(bytes, from) {
			const text = tail + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
			let until = 0;
			for (const match of text.matchAll(modeSequence)) {
				until = match.index + match[0].length;
				const at = from - tail.length + until;
				for (const mode of (match[1] ?? '').split(';').map(Number))
					if (keptModes.has(mode)) changes.push({ at, mode, isOn: match[2] === 'h' });
			}
			tail = text.slice(Math.max(until, text.length - overlapBytes));
		},
		forget(before) {
			let past = 0;
			for (; past < changes.length; past++) {
				const change = changes[past];
				if (!change || change.at > before) break;
				base.set(change.mode, change.isOn);
			}
			if (past > 0) changes = changes.slice(past);
		},
		sequenceAt(place) {
			const modes = new Map(base);
			for (const { at, mode, isOn } of changes) if (at <= place) modes.set(mode, isOn);
			const words = [...modes].map(([mode, isOn]) => `\x1b[?${mode}${isOn ? 'h' : 'l'}`);
			return Buffer.from(words.join(''), 'latin1');
		},
	};
}
