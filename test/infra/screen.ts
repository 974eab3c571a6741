// Screen: a terminal emulator without a window, to say in tests what a learner would see.
import headless from '@xterm/headless';
import type { TerminalSize } from '#runner/terminal/terminal.ts';

export interface Screen {
	write(bytes: Uint8Array | string): Promise<void>;
	reset(): void;
	resize(size: TerminalSize): void;
	/** Told what the emulator answers to questions in what is written. */
	onAnswer(listener: (answer: string) => void): void;
	/** The visible lines without trailing blanks, and without empty lines at the end. */
	lines(): string[];
	/** Everything, scrollback included. */
	text(): string;
	/** Whether a full-screen program has its own screen. */
	isAlternate(): boolean;
}

export function createScreen({ cols, rows }: TerminalSize): Screen {
	const terminal = new headless.Terminal({ cols, rows, scrollback: 20_000, allowProposedApi: true });
	const read = (from: number, until: number) => {
		const lines: string[] = [];
		for (let y = from; y < until; y++) lines.push(terminal.buffer.active.getLine(y)?.translateToString(true) ?? '');
		while (lines.at(-1) === '') lines.pop();
		return lines;
	};
	return {
		write: (bytes) => new Promise((resolve) => terminal.write(bytes, resolve)),
		reset: () => terminal.reset(),
		resize: (size) => terminal.resize(size.cols, size.rows),
		onAnswer: (listener) => void terminal.onData(listener),
		lines: () => read(terminal.buffer.active.viewportY, terminal.buffer.active.viewportY + terminal.rows),
		text: () => read(0, terminal.buffer.active.length).join('\n'),
		isAlternate: () => terminal.buffer.active.type === 'alternate',
	};
}
