// Image hash: the same source has the same name, any change another.
import { chmod, cp, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourceHash } from '#runner/engine/image-hash.ts';

let folder: string;

beforeEach(async () => {
	folder = join(await mkdtemp(join(tmpdir(), 'shoal-hash-')), 'image');
	await mkdir(join(folder, 'sub'), { recursive: true });
	await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\n');
	await writeFile(join(folder, 'sub', 'run.sh'), '#!/bin/sh\n');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

test('a copy elsewhere, with other times, is the same source', async () => {
	const before = await sourceHash(folder);
	const copy = join(folder, '..', 'copy');
	await cp(folder, copy, { recursive: true });
	await utimes(join(copy, 'Dockerfile'), 0, 0);
	expect(await sourceHash(copy)).toBe(before);
	expect(before).toMatch(/^[0-9a-f]{12}$/);
});

test.each([
	['a changed byte', () => writeFile(join(folder, 'Dockerfile'), 'FROM scratch \n')],
	['a new file', () => writeFile(join(folder, 'empty'), '')],
	['a moved file', () => cp(join(folder, 'sub'), join(folder, 'other'), { recursive: true })],
	['a file that becomes a program', () => chmod(join(folder, 'sub', 'run.sh'), 0o755)],
])('%s makes it another', async (_what, change) => {
	const before = await sourceHash(folder);
	await change();
	expect(await sourceHash(folder)).not.toBe(before);
});

test('what else the image depends on counts too', async () => {
	expect(await sourceHash(folder, ['amd64'])).not.toBe(await sourceHash(folder, ['arm64']));
});
