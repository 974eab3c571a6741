import fc from 'fast-check';
import { expect, test } from 'vitest';
import { run } from './process.ts';
import { shellWord } from './ssh.ts';

test('plain words stay as they are', () => {
	expect(['node', '--group=a', '/opt/shoal', ''].map(shellWord)).toEqual(['node', '--group=a', '/opt/shoal', "''"]);
});

test('a shell reads every word as it was', async () => {
	const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
	await fc.assert(
		fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (words) => {
			const script = `printf '%s\\n' ${words.map(shellWord).join(' ')}`;
			const { stdout } = await run(['sh', '-c', script], { timeoutMs: 5000 });
			expect(stdout).toBe(words.length === 0 ? '\n' : words.map((text) => `${text}\n`).join(''));
		}),
		{ numRuns: 20 },
	);
});
