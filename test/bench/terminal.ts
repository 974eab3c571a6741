// Bench of terminals: from key to echo, and how fast a big file runs through, each beside a plain `docker exec -t`.
import { flow } from '#contract/socket.ts';
import { systemClock } from '#runner/clock.ts';
import type { DockerEngine } from '#runner/engine/docker-engine.ts';
import type { SandboxNode } from '#runner/sandbox/cluster-access.ts';
import { createTerminals } from '#runner/terminal/terminals.ts';
import { type Bench, type Collector, collector, ratio, summarise } from './figures.ts';
import { benchEngine } from './on-engine.ts';

const size = { cols: 80, rows: 24 };
const megabytes = 16;
/** Keys of one run. */
const keysEach = 50;
const keyToEcho = 'key to echo';
const catOfFile = `cat of ${megabytes} MB`;
const mark = 'the-end-of-the-file';

/** Something to type into and to read from. */
interface Line extends AsyncDisposable {
	write(text: string): void;
	/** Called with each piece of output. */
	onOutput: (bytes: Uint8Array) => void;
}

export const bench: Bench = {
	runs: 10,
	async run({ runs, progress }) {
		await using on = await benchEngine(progress);
		const sandbox = `bench-${process.pid}`;
		const request = {
			sandbox,
			learner: 'bench',
			topology: { managers: 1, workers: 0, swarm: 'unformed' } as const,
			images: [],
		};
		await using cluster = await on.host.make(request, { signal: AbortSignal.timeout(120_000), onStage() {} });
		const figures = collector();
		const medians = collector();
		try {
			const [node] = cluster.nodes;
			if (!node) throw new Error('no node');
			await node.exec([
				'sh',
				'-c',
				`yes 'a line of a big file, as long as lines usually are' | head -c ${megabytes}M > /tmp/big; echo ${mark} >> /tmp/big`,
			]);
			await using ours = await terminalLine(node);
			await using plain = await execLine(on.opened.engine, node);
			for (let run = 1; run <= runs; run++) {
				await measure(figures, medians, 'terminal', ours);
				await measure(figures, medians, 'docker exec', plain);
				progress(`run ${run} of ${runs}`);
			}
		} finally {
			await on.host.destroy(sandbox);
		}
		// Of each run's medians: a single key's time says more about the moment than about the way.
		const both = (what: string) =>
			ratio(`${what}, terminal / docker exec`, medians.get(`${what}, terminal`), medians.get(`${what}, docker exec`));
		return [...figures.all(), both(keyToEcho), both(catOfFile)];
	},
};

async function measure(figures: Collector, medians: Collector, way: string, line: Line): Promise<void> {
	const times = await echoes(line);
	for (const ms of times) figures.add(`${keyToEcho}, ${way}`, 'ms', ms);
	medians.add(`${keyToEcho}, ${way}`, 'ms', summarise({ name: '', unit: 'ms', samples: times }).p50);
	const rate = await throughput(line);
	for (const each of [figures, medians]) each.add(`${catOfFile}, ${way}`, 'MB/s', rate);
}

/** As a page has it: acknowledges what it is sent, as soon as the page's socket could. */
async function terminalLine(node: SandboxNode): Promise<Line> {
	const terminals = createTerminals([node], systemClock);
	const terminal = await terminals.open(node.name);
	const line = { onOutput: (_bytes: Uint8Array) => {} };
	let unackedBytes = 0;
	const viewer = await terminal.join({
		size,
		onReplay() {},
		onClosed() {},
		onOutput(bytes) {
			line.onOutput(bytes);
			unackedBytes += bytes.length;
			if (unackedBytes < flow.ackEvery) return;
			const acknowledged = unackedBytes;
			unackedBytes = 0;
			setImmediate(() => viewer.acknowledge(acknowledged));
		},
	});
	return Object.assign(line, {
		write: (text: string) => viewer.input(Buffer.from(text)),
		[Symbol.asyncDispose]: () => terminals[Symbol.asyncDispose](),
	});
}

/** `docker exec -t`, as its client does it. */
async function execLine({ docker }: DockerEngine, node: SandboxNode): Promise<Line> {
	const streams = { AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: true };
	const exec = await docker.getContainer(node.containerId).exec({ Cmd: ['bash', '-l'], ...streams });
	const duplex = await exec.start({ hijack: true, stdin: true, Tty: true });
	await exec.resize({ w: size.cols, h: size.rows });
	const line = { onOutput: (_bytes: Uint8Array) => {} };
	duplex.on('data', (bytes: Buffer) => line.onOutput(bytes));
	return Object.assign(line, {
		write: (text: string) => void duplex.write(text),
		[Symbol.asyncDispose]: async () => {
			duplex.write('\x03\x04');
			duplex.destroy();
		},
	});
}

/** Types letters at the prompt, one at a time, each after the last one's echo. Milliseconds of each. */
async function echoes(line: Line): Promise<number[]> {
	const times: number[] = [];
	// Ctrl-U, and an answer: the prompt is there and nothing else is under way.
	await answered(line, '\x15echo rea""dy\r', 'ready');
	for (let key = 0; key < keysEach; key++) {
		const began = performance.now();
		await new Promise<void>((resolve) => {
			line.onOutput = () => resolve();
			line.write('x');
		});
		times.push(performance.now() - began);
		// People pause between keys; and what still comes of this one is not the next one's echo.
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
	return times;
}

/** Megabytes (10^6 bytes) per second of a `cat`. */
async function throughput(line: Line): Promise<number> {
	const began = performance.now();
	await answered(line, '\x15cat /tmp/big\r', mark);
	return (megabytes * 1024 * 1024) / 1_000 / (performance.now() - began);
}

/** Types, and resolves when the text has come. It must not be part of what is typed, because that is echoed. */
function answered(line: Line, typed: string, text: string): Promise<void> {
	return new Promise((resolve) => {
		let tail = '';
		line.onOutput = (bytes) => {
			tail = (tail + Buffer.from(bytes.subarray(-200)).toString('latin1')).slice(-400);
			if (tail.includes(text)) resolve();
		};
		line.write(typed);
	});
}
