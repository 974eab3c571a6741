// The command line, in a real terminal: what a user sees from `start` to Ctrl-C, and what is left afterwards.
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from 'node-pty';
import { expect, test } from 'vitest';
import { freePort } from './lab.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const patienceMs = 90_000;

/** Runs `shoal` in a terminal of 100 columns. */
function shoal(args: string[], environment: Record<string, string>) {
	const terminal = spawn(process.execPath, ['runner/cli/shoal.ts', ...args], {
		cwd: project,
		cols: 100,
		rows: 30,
		env: { ...process.env, SHOAL_INSTANCE: 'test', ...environment } as Record<string, string>,
	});
	let output = '';
	let exitCode: number | undefined;
	terminal.onData((data) => {
		output += data;
	});
	terminal.onExit((exit) => {
		exitCode = exit.exitCode;
	});
	const text = () => stripVTControlCharacters(output).replaceAll('\r', '');
	return {
		text,
		press: (keys: string) => terminal.write(keys),
		exitCode: () => exitCode,
		until: (pattern: RegExp) => expect.poll(text, { timeout: patienceMs, interval: 50 }).toMatch(pattern),
		ended: () => expect.poll(() => exitCode, { timeout: patienceMs, interval: 50 }).toBeDefined(),
	};
}

test('start shows each stage with its seconds; Ctrl-C stops it, with code 0', { timeout: 200_000 }, async () => {
	const port = await freePort();
	// The engine stays for the tests that follow.
	const started = shoal(['start'], { SHOAL_PORT: String(port), SHOAL_ON_STOP: 'keep' });
	await started.until(/Shoal is ready: http:\/\/localhost:\d+/);
	for (const stage of ['Engine', 'Node image', 'Lesson images', 'Site', 'Runner']) {
		expect(started.text()).toMatch(new RegExp(`✓ ${stage} +\\d+\\.\\d s`));
	}
	expect((await fetch(`http://localhost:${port}/`)).status).toBe(200);

	const second = shoal(['start'], { SHOAL_PORT: String(await freePort()) });
	await second.ended();
	expect(second.exitCode()).toBe(1);
	expect(second.text()).toMatch(/Shoal "test" runs already, as process \d+/);

	started.press('\x03');
	await started.ended();
	expect(started.exitCode()).toBe(0);
	await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow();
});

test('wrong settings are all reported, and nothing is started', async () => {
	const wrong = shoal(['start'], { SHOAL_PORT: 'none', SHOAL_ENGINE: 'podman' });
	await wrong.ended();
	expect(wrong.exitCode()).toBe(1);
	expect(wrong.text()).toContain('SHOAL_PORT');
	expect(wrong.text()).toContain('SHOAL_ENGINE');
	expect(wrong.text()).not.toContain('✓');
});

test('a broken lesson stops the start with file, line, column and what was probably meant', async () => {
	const broken = shoal(['start'], { LABS_DIR: fileURLToPath(new URL('broken-labs', import.meta.url)) });
	await broken.ended();
	expect(broken.exitCode()).toBe(1);
	expect(broken.text()).toMatch(/01-broken\.mdx:9:9 {2}unknown key "replica", did you mean "replicas"\?/);
	expect(broken.text()).not.toContain('✓');
});
