// Terminal: the real holder and a real shell on this machine. The same in a node is in terminal.engine.test.ts.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '#runner/clock.ts';
import { Terminal } from '#runner/terminal/terminal.ts';
import { buildHold, hasCompiler, type LocalHold } from '../../infra/local-hold.ts';
import { openPage } from '../../infra/page.ts';

describe.skipIf(!hasCompiler())('a terminal (needs gcc)', () => {
	let hold: LocalHold;
	let shells = 0;
	beforeAll(() => {
		hold = buildHold();
	});
	afterAll(() => hold.remove());

	const terminalOf = (name: string, isRunning = async () => true) =>
		new Terminal({
			node: 'worker1',
			name,
			clock: systemClock,
			isRunning,
			// A plain shell with a prompt that every machine has.
			open: (argv) => hold.openPipe([...argv, 'env', 'PS1=$ ', 'LC_ALL=C.UTF-8', 'bash', '--norc']),
		});
	const newTerminal = (isRunning?: () => Promise<boolean>) => terminalOf(`test-${++shells}`, isRunning);

	test('shows a shell, and what is typed into it', async () => {
		await using terminal = newTerminal();
		const page = await openPage(terminal);
		await page.sees('$ ');
		page.type('echo $((6 * 7))\r');
		await page.sees('\n42\n$ ');
		expect(page.screen.lines()).toEqual(['$ echo $((6 * 7))', '42', '$ ']);
	});

	test('has the size of its first viewer before the shell starts, and of whoever typed last', async () => {
		await using terminal = newTerminal();
		const small = await openPage(terminal, { cols: 60, rows: 15 });
		small.type('stty size\r');
		await small.sees('\n15 60\n');
		const large = await openPage(terminal, { cols: 100, rows: 40 });
		large.type('stty size\r');
		await large.sees('\n40 100\n');
		small.type('stty size; echo same\r');
		await small.sees('\n15 60\nsame');
		large.viewer.resize({ cols: 90, rows: 30 });
		small.viewer.leave();
		large.type('stty size\r');
		await large.sees('\n30 90\n');
	});

	test('shows every viewer the same, the newcomer from the beginning', async () => {
		await using terminal = newTerminal();
		const first = await openPage(terminal);
		first.type('echo grüße 漢字 👍🏽\r');
		await first.sees('\ngrüße 漢字 👍🏽\n$ ');
		const second = await openPage(terminal);
		await second.sees('\ngrüße 漢字 👍🏽\n$ ');
		expect(second.screen.text()).toBe(first.screen.text());
		expect(second.counts.liveBytes).toBe(0);
	});

	test('lets one viewer alone answer what a program asks of the terminal: the one used last', async () => {
		await using terminal = newTerminal();
		const first = await openPage(terminal);
		const second = await openPage(terminal);
		const asks = (tell: string) => `printf '\\e[6n'; read -rsd R; read -rsn1 -t 0.3 && echo more; echo ${tell}\r`;
		first.type(asks('once'));
		await first.sees('\nonce\n$ ');
		await second.sees('\nonce\n$ ');
		second.type(asks('again'));
		await first.sees('\nagain\n$ ');
		expect(first.screen.text()).not.toContain('\nmore\n');
	});

	test('is the same shell with its screen for the next life of the runner', async () => {
		const before = newTerminal();
		const page = await openPage(before);
		page.type('cd /tmp; where=here; pwd\r');
		await page.sees('\n/tmp\n$ ');
		await before[Symbol.asyncDispose]();

		await using after = terminalOf(`test-${shells}`);
		const again = await openPage(after);
		await again.sees('\n/tmp\n$ ');
		expect(again.screen.text()).toBe(page.screen.text());
		again.type('echo "$where in $PWD"\r');
		await again.sees('\nhere in /tmp\n');
	});

	test('attaches again when the connection drops, and viewers notice nothing', async () => {
		await using terminal = newTerminal();
		const page = await openPage(terminal);
		page.type('for i in $(seq 40); do echo line $i; sleep 0.02; done; echo over\r');
		await page.sees('line 5');
		hold.cut();
		await page.sees('\nover\n');
		const counted = page.screen.text().match(/^line \d+$/gm);
		expect(counted).toEqual(Array.from({ length: 40 }, (_, index) => `line ${index + 1}`));
		expect(page.counts.replays).toBe(1);
	});

	test('what is typed while the connection is lost reaches the shell afterwards', async () => {
		const reachable = Promise.withResolvers<void>();
		let attempts = 0;
		await using terminal = new Terminal({
			node: 'worker1',
			name: `test-${++shells}`,
			clock: systemClock,
			isRunning: async () => true,
			open: async (argv) => {
				attempts += 1;
				if (attempts > 1) await reachable.promise;
				return hold.openPipe([...argv, 'env', 'PS1=$ ', 'bash', '--norc']);
			},
		});
		const page = await openPage(terminal);
		await page.sees('$ ');
		hold.cut();
		await vi.waitFor(() => expect(attempts).toBe(2));
		page.type('echo $((40 ');
		page.type('+ 2))\r');
		reachable.resolve();
		await page.sees('\n42\n$ ');
	});

	test('gives a fresh replay when more was written during a drop than is kept', async () => {
		const written = `${hold.folder}/written`;
		// The node is out of reach until everything has been written.
		await using terminal = newTerminal(() =>
			vi.waitFor(() => existsSync(written) || Promise.reject(), { timeout: 20_000 }),
		);
		const page = await openPage(terminal);
		page.type(`sleep 0.5; seq 200000 | cat; echo over; touch ${written}\r`);
		await page.sees('sleep 0.5');
		hold.cut();
		await page.sees(/200000\nover\n/);
		expect(page.counts.replays).toBe(2);
		// The replay starts at the start of a line.
		expect(page.screen.text()).toMatch(/^\d+\n/);
	}, 20_000);

	test('a full-screen program has its own screen for a newcomer, however much it has drawn', async () => {
		await using terminal = newTerminal();
		const first = await openPage(terminal);
		first.type("echo before; printf '\\e[?1049h'; seq 60000; read -r; printf '\\e[?1049l'\r");
		await first.sees(/60000$/);
		const second = await openPage(terminal);
		await second.sees(/60000$/);
		expect(second.screen.isAlternate()).toBe(true);
		first.type('\r');
		await second.sees('$ ');
		expect(second.screen.isAlternate()).toBe(false);
	}, 20_000);

	test('says that the shell has ended, after its last words', async () => {
		await using terminal = newTerminal();
		const page = await openPage(terminal);
		page.type('seq 30000 | cat; exit 3\r');
		expect(await page.closed).toBe('The shell has ended with exit code 3.');
		await page.sees(/\n30000\nexit\n?$/);
		await expect(
			terminal.join({ size: { cols: 80, rows: 24 }, onReplay() {}, onOutput() {}, onClosed() {} }),
		).rejects.toThrow('worker1 does not answer (The shell has ended with exit code 3.).');
	});

	test('says that the node has stopped', async () => {
		let isRunning = true;
		await using terminal = newTerminal(async () => isRunning);
		const page = await openPage(terminal);
		isRunning = false;
		hold.cut();
		expect(await page.closed).toBe('worker1 has stopped.');
	});

	test('a viewer that sleeps stops the shell, but only while it is alone', async () => {
		await using terminal = newTerminal();
		const sleeper = await openPage(terminal);
		sleeper.sleep();
		sleeper.type('seq 400000 | cat; echo over\r');
		await new Promise((resolve) => setTimeout(resolve, 500));
		expect(sleeper.counts.liveBytes).toBeLessThanOrEqual(100_000);
		const awake = await openPage(terminal);
		await awake.sees(/400000\nover\n/, 20_000);
		expect(awake.counts.replays).toBe(1);
		sleeper.wake();
		await sleeper.sees(/400000\nover\n/, 20_000);
		// It was 2.5 MB behind: it got what is kept, not what is lost.
		expect(sleeper.counts.replays).toBe(2);
	}, 30_000);

	test('a viewer that goes away while it sleeps lets the shell run on', async () => {
		await using terminal = newTerminal();
		const sleeper = await openPage(terminal);
		sleeper.sleep();
		sleeper.type('seq 400000 | cat; echo over\r');
		await new Promise((resolve) => setTimeout(resolve, 200));
		sleeper.viewer.leave();
		const next = await openPage(terminal);
		await next.sees(/\nover\n/, 20_000);
	}, 30_000);

	test('Ctrl-C reaches a program whose output nobody takes', async () => {
		await using terminal = newTerminal();
		const page = await openPage(terminal);
		page.sleep();
		page.type('yes\r');
		await new Promise((resolve) => setTimeout(resolve, 500));
		page.type('\x03');
		page.type('echo stopped\r');
		page.wake();
		await page.sees('\nstopped\n', 20_000);
	}, 30_000);

	test('types a command of several lines as a person would', async () => {
		await using terminal = newTerminal();
		const page = await openPage(terminal);
		await terminal.type('cat <<END\nfirst\n\tsecond\nEND\nfor i in 1 2\ndo echo "turn $i"\ndone\n', true);
		await page.sees('\nturn 1\nturn 2\n');
		expect(page.screen.text()).toContain('\nfirst\n        second\n');
		await terminal.type('echo not yet', false);
		await page.sees('$ echo not yet');
		expect(page.screen.text()).not.toContain('\nnot yet');
	});

	test('types before anybody has looked', async () => {
		await using terminal = newTerminal();
		await terminal.type('echo alone; stty size', true);
		const page = await openPage(terminal, { cols: 80, rows: 24 });
		await page.sees('\nalone\n24 80\n');
	});
});
