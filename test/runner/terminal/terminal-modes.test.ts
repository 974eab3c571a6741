import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTerminalModes } from '#runner/terminal/terminal-modes.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const said = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll('\x1b[?', ' ').trim();

/** Modes after reading the pieces one after the other. */
function reading(...pieces: string[]) {
	const modes = createTerminalModes();
	let end = 0;
	for (const piece of pieces) {
		modes.read(bytesOf(piece), end);
		end += piece.length;
	}
	return { modes, end };
}

test('a fresh shell has none to set', () => {
	const { modes, end } = reading('$ ls\r\n\x1b[1mbold\x1b[0m\r\n$ ');
	expect(said(modes.sequenceAt(end))).toBe('');
});

test('at each place hold the modes that were set before it', () => {
	const { modes } = reading('vi', '\x1b[?1049h', 'text', '\x1b[?25l', 'more', '\x1b[?25h\x1b[?1049l', '$ ');
	expect(said(modes.sequenceAt(2))).toBe('');
	expect(said(modes.sequenceAt(10))).toBe('1049h');
	expect(said(modes.sequenceAt(24))).toBe('1049h 25l');
	expect(said(modes.sequenceAt(40))).toBe('1049l 25h');
});

test('several modes may be in one sequence, and those that do not matter are passed over', () => {
	const { modes, end } = reading('\x1b[?1000;1006h\x1b[?12h\x1b[?99999h');
	expect(said(modes.sequenceAt(end))).toBe('1000h 1006h');
});

test('what is forgotten still holds', () => {
	const { modes, end } = reading('\x1b[?1049h', 'screens full of text', '\x1b[?1h');
	modes.forget(20);
	expect(said(modes.sequenceAt(20))).toBe('1049h');
	expect(said(modes.sequenceAt(end))).toBe('1049h 1h');
});

test('sequences are found wherever the output was cut, each once', () => {
	const text = 'a\x1b[?1049hb\x1b[?1;2004hc\x1b[?1049l\x1b[?25ld';
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
			const places = [0, ...cuts.sort((a, b) => a - b), text.length];
			const pieces = places.slice(1).map((place, index) => text.slice(places[index], place));
			const { modes } = reading(...pieces);
			const whole = reading(text).modes;
			for (let place = 0; place <= text.length; place++)
				expect(said(modes.sequenceAt(place))).toBe(said(whole.sequenceAt(place)));
		}),
	);
});
