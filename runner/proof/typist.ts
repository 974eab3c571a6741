// Typist: types commands into a node's terminal as a learner does, and knows when each has ended.
import type { Clock } from '../clock.ts';
import type { TerminalViewer } from '../terminal/terminal.ts';
import type { SharedTerminal, Terminals } from '../terminal/terminals.ts';
import { markReader } from './shell-marks.ts';

export interface Typed {
	/** Exit code of the last command, or `undefined` when it did not end in time. */
	exitCode: number | undefined;
	/** What the terminal showed since, escape sequences included. */
	output: string;
}

const size = { cols: 120, rows: 40 };
/** Of each command's output the last part is kept, for the story of a trial that failed. */
const keptCharacters = 8_192;

interface Seat {
	terminal: SharedTerminal;
	/** Resolves with the exit code of the command that ends next. */
	nextEnd(): Promise<number>;
	takeOutput(): string;
}

/** A typist at the terminals of one sandbox. Terminals are opened when first used. */
export function typistAt(terminals: Terminals, clock: Clock) {
	const seats = new Map<string, Promise<Seat>>();

	const sitDown = async (node: string): Promise<Seat> => {
		const terminal = await terminals.open(node);
		const marks = markReader();
		const decoder = new TextDecoder();
		const waiting: ((code: number) => void)[] = [];
		let output = '';
		let promptShown = () => {};
		const firstPrompt = new Promise<void>((resolve) => {
			promptShown = resolve;
		});
		let viewer: TerminalViewer | undefined;
		/** Shown before the viewer was there to acknowledge it. */
		let unacknowledged = 0;
		viewer = await terminal.join({
			size,
			onReplay() {},
			onOutput(bytes) {
				if (viewer) viewer.acknowledge(bytes.length);
				else unacknowledged += bytes.length;
				const text = decoder.decode(bytes, { stream: true });
				output = (output + text).slice(-keptCharacters);
				for (const code of marks.read(text)) {
					promptShown();
					waiting.shift()?.(code);
				}
			},
			onClosed() {},
		});
		if (unacknowledged > 0) viewer.acknowledge(unacknowledged);
		// What is typed before the first prompt would be marked as ended by it.
		await firstPrompt;
		return {
			terminal,
			nextEnd: () => new Promise((resolve) => waiting.push(resolve)),
			takeOutput() {
				const taken = output;
				output = '';
				return taken;
			},
		};
	};

	return {
		/** Types one command and waits until the shell is back. Throws when the node cannot be reached. */
		async type(node: string, command: string, timeoutMs: number): Promise<Typed> {
			const sitting = seats.get(node) ?? sitDown(node);
			seats.set(node, sitting);
			const seat = await sitting;
			seat.takeOutput();
			const ended = seat.nextEnd();
			await seat.terminal.type(command, true);
			let callOff = () => {};
			const late = new Promise<undefined>((resolve) => {
				callOff = clock.after(timeoutMs, () => resolve(undefined));
			});
			const exitCode = await Promise.race([ended, late]);
			callOff();
			return { exitCode, output: seat.takeOutput() };
		},
	};
}
