import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectTar } from './payload.ts';
import { run } from './process.ts';

let directory: string;
const git = (...argv: string[]) => run(['git', '-C', directory, ...argv], { timeoutMs: 10_000 });
beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'project-'));
	for (const path of ['runner/main.ts', 'runner/new.ts', 'node_modules/zod/index.js', 'gone.ts']) {
		await mkdir(join(directory, path, '..'), { recursive: true });
		await writeFile(join(directory, path), path);
	}
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const packed = async () => {
	const { tar, done } = projectTar(directory);
	const [{ stdout }] = await Promise.all([run(['tar', '-t'], { timeoutMs: 10_000, stdin: tar }), done]);
	return stdout.trim().split('\n').sort();
};

test('the work tree travels as it is: with new files, without removed and ignored ones', async () => {
	await writeFile(join(directory, '.gitignore'), 'node_modules/\n');
	await git('init', '-q');
	await git('add', '.gitignore', 'runner/main.ts', 'gone.ts');
	await rm(join(directory, 'gone.ts'));
	expect(await packed()).toEqual(['.gitignore', 'runner/main.ts', 'runner/new.ts']);
});

test('a project that is no git repository travels whole, without node_modules', async () => {
	expect(await packed()).toEqual(['./gone.ts', './runner/main.ts', './runner/new.ts']);
});
