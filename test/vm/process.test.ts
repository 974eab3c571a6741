import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { run } from './process.ts';

test('collects what a program prints', async () => {
	expect(await run(['sh', '-c', 'echo hello'], { timeoutMs: 5000 })).toEqual({ exitCode: 0, stdout: 'hello\n' });
});

test('passes what it is given to the program, and its output to a stream', async () => {
	const stdout = new PassThrough();
	await run(['tr', 'a-z', 'A-Z'], { timeoutMs: 5000, stdin: Readable.from(['shoal']), stdout });
	expect(await text(stdout.end())).toBe('SHOAL');
});

test('an exit code that is not 0 is an error with the program’s last words', async () => {
	await expect(run(['sh', '-c', 'echo no such disk >&2; exit 4'], { timeoutMs: 5000 })).rejects.toThrow(
		/ended with 4\nno such disk/,
	);
});

test('an exit code is a value where any is accepted', async () => {
	expect(await run(['sh', '-c', 'exit 4'], { timeoutMs: 5000, accept: 'any' })).toMatchObject({ exitCode: 4 });
});

test('a program that takes too long is killed with its children', async () => {
	await expect(run(['sh', '-c', 'sleep 60 & sleep 60'], { timeoutMs: 200 })).rejects.toThrow(/took longer than 0.2 s/);
});

test('a program that takes too long is over even if another holds its output open', async () => {
	const began = performance.now();
	await expect(run(['sh', '-c', 'setsid sleep 3 & sleep 60'], { timeoutMs: 200 })).rejects.toThrow(/took longer/);
	expect(performance.now() - began).toBeLessThan(2000);
});

test('a program that does not exist is an error', async () => {
	await expect(run(['/nowhere/at-all'], { timeoutMs: 5000 })).rejects.toThrow(/ENOENT/);
});
