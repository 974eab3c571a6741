// Hold: the program by itself, as a person uses it (on a terminal) and as the runner does (over pipes).
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HoldFrame, holdFrameReader, inputFrames } from '#runner/terminal/hold-frames.ts';
import { buildHold, hasCompiler, type LocalHold } from './local-hold.ts';
import { createScreen } from './screen.ts';

const pty = await import('node-pty').catch(() => undefined);
const shell = ['env', 'PS1=$ ', 'bash', '--norc'];

describe.skipIf(!hasCompiler())('hold (needs gcc)', () => {
	let hold: LocalHold;
	let names = 0;
	beforeAll(() => {
		hold = buildHold();
	});
	afterAll(() => hold.remove());

	const newName = () => `shell-${++names}`;

	/** Attaches over pipes; `until` resolves with all output once it has the text. */
	async function attach(name: string, program: string[] = shell) {
		const { duplex, ended } = await hold.openPipe(['hold', '--pipe', '80x24', name, ...program]);
		const frames: HoldFrame[] = [];
		let output = '';
		let check = () => {};
		const read = holdFrameReader((frame) => {
			frames.push(frame);
			if (frame.type === 'output') output += Buffer.from(frame.bytes).toString();
			check();
		});
		duplex.on('data', read);
		return {
			duplex,
			ended,
			frames,
			output: () => output,
			type: (keys: string) => {
				for (const frame of inputFrames(Buffer.from(keys))) duplex.write(frame);
			},
			until: (text: string) =>
				new Promise<string>((resolve) => {
					check = () => output.includes(text) && resolve(output);
					check();
				}),
			hello: () =>
				new Promise<Extract<HoldFrame, { type: 'hello' }>>((resolve) => {
					const found = () => {
						const [first] = frames;
						if (first?.type === 'hello') resolve(first);
					};
					check = found;
					found();
				}),
		};
	}

	describe.skipIf(!pty)('on a terminal (needs node-pty)', () => {
		function open(name: string, size = { cols: 80, rows: 24 }) {
			if (!pty) throw new Error('skipped');
			const terminal = pty.spawn(hold.path, [name, ...shell], size);
			const screen = createScreen(size);
			const seen = new Set<() => void>();
			terminal.onData(async (text) => {
				await screen.write(text);
				for (const check of seen) check();
			});
			const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
			const sees = (text: string) =>
				new Promise<void>((resolve) => {
					const check = () => screen.text().includes(text) && resolve();
					seen.add(check);
					check();
				});
			return { terminal, screen, ended, sees };
		}

		test('is the shell’s terminal: raw, of its size, and ends with its exit code', async () => {
			const { terminal, sees, ended } = open(newName(), { cols: 70, rows: 20 });
			await sees('$ ');
			terminal.write('stty size\r');
			await sees('\n20 70\n');
			terminal.resize(90, 30);
			terminal.write('stty size\r');
			await sees('\n30 90\n');
			terminal.write('exit 7\r');
			expect(await ended).toBe(7);
		});

		test('shows the same to two, and to whoever comes later', async () => {
			const name = newName();
			const first = open(name);
			await first.sees('$ ');
			first.terminal.write('echo $((6*7))\r');
			await first.sees('\n42\n$ ');
			const second = open(name);
			await second.sees('\n42\n$ ');
			second.terminal.write('echo from the second\r');
			await first.sees('\nfrom the second\n');
			first.terminal.kill();
			await first.ended;
			second.terminal.write('exit\r');
			expect(await second.ended).toBe(0);
		});
	});

	test('many at once start one shell', async () => {
		const name = newName();
		const all = await Promise.all(Array.from({ length: 6 }, () => attach(name)));
		const hellos = await Promise.all(all.map((each) => each.hello()));
		expect(new Set(hellos.map(({ shell: id }) => id)).size).toBe(1);
		for (const { duplex } of all) duplex.destroy();
	});

	test('when one client too many comes, the oldest goes', async () => {
		const name = newName();
		const oldest = await attach(name);
		await oldest.hello();
		const others = [];
		for (let i = 0; i < 8; i++) {
			const other = await attach(name);
			await other.hello();
			others.push(other);
		}
		expect(await oldest.ended).toBe(1);
		for (const { duplex } of others) duplex.destroy();
	});

	test('keeps the last 256 KiB, from the start of a line, and says where they are', async () => {
		const name = newName();
		const first = await attach(name);
		first.type('seq 100000 | cat; echo ov""er\r');
		await first.until('over');
		first.duplex.destroy();
		const second = await attach(name);
		const hello = await second.hello();
		await second.until('over');
		expect(hello.replayBytes).toBeGreaterThan(256 * 1024 - 10);
		expect(hello.replayBytes).toBeLessThanOrEqual(256 * 1024);
		expect(hello.written).toBeGreaterThan(680_000);
		expect(second.output()).toMatch(/^\d+\r\n/);
		second.duplex.destroy();
	});

	test('says the exit code after the last output, also when the shell dies of a signal', async () => {
		const exited = await attach(newName(), ['sh', '-c', 'seq 20000; exit 3']);
		expect(await exited.ended).toBe(3);
		expect(exited.output()).toMatch(/\r\n20000\r\n$/);
		expect(exited.frames.at(-1)).toEqual({ type: 'exit', code: 3 });
		const killed = await attach(newName(), ['sh', '-c', 'kill -9 $$']);
		expect(await killed.ended).toBe(137);
	});

	test('a program that does not exist says so on its terminal', async () => {
		const none = await attach(newName(), ['no-such-program']);
		expect(await none.ended).toBe(127);
		expect(none.output()).toBe('hold: no-such-program: No such file or directory\r\n');
	});

	test('a program left running in the background does not keep the terminal open', async () => {
		// A moment for the client to arrive: a shell that is gone by then is started anew, and only so many times.
		const shellWithJob = await attach(newName(), ['sh', '-c', '(sleep 30; echo late) & sleep 0.5; exit 0']);
		expect(await shellWithJob.ended).toBe(0);
	});

	test('a client that takes nothing stops the shell for 5 s, if others wait for it, and then has to go', async () => {
		const name = newName();
		const stuck = await attach(name);
		await stuck.hello();
		stuck.duplex.pause();
		const other = await attach(name);
		const began = Date.now();
		other.type('seq 400000 | cat; echo ov""er\r');
		await other.until('over');
		expect(Date.now() - began).toBeGreaterThan(4_500);
		stuck.duplex.destroy();
		other.duplex.destroy();
	}, 20_000);

	test('starts anew where a holder was killed', async () => {
		const name = newName();
		const first = await attach(name);
		await first.hello();
		execFileSync('pkill', ['-9', '-f', `^${hold.path} --pipe 80x24 ${name} `]);
		await first.ended;
		const second = await attach(name);
		expect((await second.hello()).written).toBe(0);
		second.duplex.destroy();
	});

	test('leaves no socket behind, and refuses names that are paths', async () => {
		const name = newName();
		const gone = await attach(name, ['true']);
		await gone.ended;
		expect(existsSync(`${hold.folder}/${name}.sock`)).toBe(false);
		const { ended } = await hold.openPipe(['hold', '--pipe', '80x24', '../shell']);
		expect(await ended).toBe(2);
	});
});
