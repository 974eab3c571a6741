// Page: a viewer of a terminal as the page is one: draws what comes, answers it where it may, acknowledges it, and can stop
// doing so.
import { flow } from '#contract/socket.ts';
import type { Terminal, TerminalSize, TerminalViewer } from '#runner/terminal/terminal.ts';
import { createScreen, type Screen } from './screen.ts';

export interface Page {
	screen: Screen;
	viewer: TerminalViewer;
	type(keys: string): void;
	/** Resolves when the screen's text fulfils it; fails with the text after `ms`. */
	sees(expected: string | RegExp, ms?: number): Promise<void>;
	/** Draws and acknowledges nothing until `wake`. */
	sleep(): void;
	wake(): void;
	/** Why it was closed. */
	closed: Promise<string>;
	counts: { replays: number; quietBytes: number; liveBytes: number };
}

/** Reading a whole screen after each few bytes of a flood would take longer than the flood. */
const lookEveryMs = 15;

type Joinable = Pick<Terminal, 'join'>;

export async function openPage(terminal: Joinable, size: TerminalSize = { cols: 80, rows: 24 }): Promise<Page> {
	const screen = createScreen(size);
	const counts = { replays: 0, quietBytes: 0, liveBytes: 0 };
	const closed = Promise.withResolvers<string>();
	const drawn = new Set<() => void>();
	let waiting: { bytes: Uint8Array; answerable: boolean }[] = [];
	/** Output being drawn now that may not be answered. */
	let quiet = 0;
	let isAsleep = false;
	let isLooking = false;
	let unackedBytes = 0;
	let viewer: TerminalViewer | undefined;

	const look = () => {
		isLooking = false;
		for (const check of drawn) check();
	};
	const acknowledge = (bytes: number) => {
		unackedBytes += bytes;
		if (unackedBytes < flow.ackEvery) return;
		viewer?.acknowledge(unackedBytes);
		unackedBytes = 0;
	};
	screen.onAnswer((answer) => {
		if (quiet === 0) viewer?.input(Buffer.from(answer));
	});
	const draw = (bytes: Uint8Array, answerable: boolean) => {
		if (!answerable) quiet++;
		void screen.write(bytes).then(() => {
			if (!answerable) quiet--;
			// As over a socket: an acknowledgement never arrives while the runner is still sending.
			acknowledge(bytes.length);
			if (!isLooking) setTimeout(look, lookEveryMs);
			isLooking = true;
		});
	};
	const made = await terminal.join({
		size,
		onReplay: () => {
			counts.replays += 1;
			if (counts.replays > 1) screen.reset();
			waiting = [];
			unackedBytes = 0;
		},
		onOutput: (bytes, answerable) => {
			counts[answerable ? 'liveBytes' : 'quietBytes'] += bytes.length;
			if (isAsleep) waiting.push({ bytes, answerable });
			else draw(bytes, answerable);
		},
		onClosed: closed.resolve,
	});
	viewer = made;

	return {
		screen,
		counts,
		viewer: made,
		closed: closed.promise,
		type: (keys) => made.input(Buffer.from(keys)),
		sees: (expected, ms = 10_000) =>
			new Promise((resolve, reject) => {
				const check = () => {
					const text = screen.text();
					if (!(typeof expected === 'string' ? text.includes(expected) : expected.test(text))) return;
					stop();
					resolve();
				};
				const timer = setTimeout(() => {
					stop();
					reject(new Error(`not seen in ${ms} ms: ${expected}\n${screen.text().slice(-4_000)}`));
				}, ms);
				const stop = () => {
					drawn.delete(check);
					clearTimeout(timer);
				};
				drawn.add(check);
				check();
			}),
		sleep: () => {
			isAsleep = true;
		},
		wake: () => {
			isAsleep = false;
			for (const { bytes, answerable } of waiting.splice(0)) draw(bytes, answerable);
		},
	};
}
