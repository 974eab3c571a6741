// Shows stages on a terminal: name and running seconds while one works, name and seconds when it is over.
import { styleText } from 'node:util';
import type { Report } from '../engine/stages.ts';

/** A stage's last lines are kept, and shown when it fails. */
const keptLines = 20;
const tickMs = 100;

/** A report that prints to a stream. On anything but a terminal each stage is one line, when it is over. */
export function showStages(stream: NodeJS.WriteStream): Report {
	let running: { stage: string; began: number; lines: string[]; timer?: NodeJS.Timeout } | undefined;
	const isTerminal = stream.isTTY;

	const draw = () => {
		if (!running) return;
		const seconds = ((performance.now() - running.began) / 1000).toFixed(1);
		const latest = running.lines.at(-1) ?? '';
		const line = `  … ${running.stage.padEnd(32)} ${seconds.padStart(6)} s  ${latest}`;
		stream.write(`\r\x1b[2K${line.slice(0, (stream.columns || 80) - 1)}`);
	};
	const over = (mark: string, stage: string, seconds: number) => {
		clearInterval(running?.timer);
		if (isTerminal) stream.write('\r\x1b[2K');
		stream.write(`  ${mark} ${stage.padEnd(32)} ${seconds.toFixed(1).padStart(6)} s\n`);
	};

	return {
		started(stage) {
			running = { stage, began: performance.now(), lines: [] };
			if (isTerminal) running.timer = setInterval(draw, tickMs);
		},
		line(text) {
			// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and other control characters are what goes.
			const clean = text.replace(/\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f]/g, '').trimEnd();
			if (clean !== '') running?.lines.push(clean);
			if (running && running.lines.length > keptLines) running.lines.shift();
		},
		finished(stage, seconds) {
			over(styleText('green', '✓'), stage, seconds);
			running = undefined;
		},
		failed(stage, seconds) {
			over(styleText('red', '✗'), stage, seconds);
			for (const line of running?.lines ?? []) stream.write(`      ${styleText('dim', line)}\n`);
			running = undefined;
		},
	};
}
