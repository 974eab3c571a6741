// Xterm screen: one terminal emulator in one element, dressed as Shoal's.
import { ClipboardAddon } from '@xterm/addon-clipboard';
import { FitAddon } from '@xterm/addon-fit';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import type { Screen, Size } from '../model/terminals.ts';
import { terminalThemes } from './terminal-themes.ts';
import { onTheme, resolvedTheme } from './theme.ts';

const fontFamily = "'JetBrains Mono Variable', ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace";
const fontSize = 13.5;

export interface XtermScreen extends Screen {
	focus(): void;
	/** Fits the emulator into its element. Nothing happens while that is not shown. */
	fit(): void;
	setReader(on: boolean): void;
	dispose(): void;
}

export interface XtermOptions {
	label: string;
	reader: boolean;
	/** Keys for which it answers true are the page's, not the shell's. */
	isPageKey: (event: KeyboardEvent) => boolean;
	onInput: (bytes: Uint8Array) => void;
	onResize: (size: Size) => void;
	onCopied: () => void;
}

/** Loads the fonts that the cells are measured with. Without this the first size is that of another font. */
export async function loadTerminalFonts(): Promise<void> {
	const faces = [`${fontSize}px 'JetBrains Mono Variable'`, `bold ${fontSize}px 'JetBrains Mono Variable'`];
	// A font that does not come must not keep the terminal away.
	await Promise.allSettled(faces.map((face) => document.fonts.load(face)));
}

/** Puts an emulator into `element`, which must be visible, and fits it. Call `loadTerminalFonts` before. */
export function createXtermScreen(element: HTMLElement, options: XtermOptions): XtermScreen {
	const encoder = new TextEncoder();
	const terminal = new Terminal({
		// The Unicode add-on uses what xterm.js calls a proposed API.
		allowProposedApi: true,
		fontFamily,
		fontSize,
		lineHeight: 1.25,
		scrollback: 5000,
		cursorBlink: false,
		cursorStyle: 'bar',
		cursorWidth: 2,
		minimumContrastRatio: 4.5,
		macOptionIsMeta: true,
		screenReaderMode: options.reader,
		theme: terminalThemes[resolvedTheme()],
	});
	const fit = new FitAddon();
	terminal.loadAddon(fit);
	terminal.loadAddon(new UnicodeGraphemesAddon());
	terminal.loadAddon(new WebLinksAddon((_, url) => window.open(url, '_blank', 'noopener,noreferrer')));
	// Programs may put something on the clipboard (OSC 52), but what is there is none of their business.
	terminal.loadAddon(
		new ClipboardAddon(undefined, {
			readText: () => '',
			writeText: async (_, text) => navigator.clipboard?.writeText(text).catch(() => {}),
		}),
	);
	terminal.open(element);
	fit.fit();
	terminal.textarea?.setAttribute('aria-label', options.label);

	terminal.attachCustomKeyEventHandler((event) => {
		if (options.isPageKey(event)) return false;
		if (event.type !== 'keydown') return true;
		if (isCopy(event)) {
			// Ctrl+Shift+C without a selection would open the browser's developer tools.
			if (!terminal.hasSelection()) {
				if (event.shiftKey) event.preventDefault();
				return !event.shiftKey;
			}
			event.preventDefault();
			void navigator.clipboard?.writeText(terminal.getSelection()).then(options.onCopied, () => {});
			terminal.clearSelection();
			return false;
		}
		// The browser's own paste reaches the emulator as an event, on every platform with its usual keys.
		return !isPaste(event);
	});
	terminal.onData((data) => options.onInput(encoder.encode(data)));
	terminal.onBinary((data) => options.onInput(Uint8Array.from(data, (char) => char.charCodeAt(0))));
	terminal.onResize(options.onResize);
	const stopTheme = onTheme(() => {
		terminal.options.theme = terminalThemes[resolvedTheme()];
	});

	return {
		write: (bytes, done) => terminal.write(bytes, done),
		reset: () => terminal.reset(),
		size: () => ({ cols: terminal.cols, rows: terminal.rows }),
		focus: () => terminal.focus(),
		fit() {
			if (element.clientWidth > 0 && element.clientHeight > 0) fit.fit();
		},
		setReader(on) {
			terminal.options.screenReaderMode = on;
		},
		dispose() {
			stopTheme();
			terminal.dispose();
		},
	};
}

/** Ctrl+C copies only what is selected; otherwise it belongs to the program, which it interrupts. */
function isCopy({ code, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
	return code === 'KeyC' && ctrlKey && !altKey && !metaKey;
}

function isPaste({ code, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
	return code === 'KeyV' && ctrlKey && !altKey && !metaKey;
}
