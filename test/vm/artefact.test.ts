import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { artefact, hashOf } from './artefact.ts';

let directory: string;
beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'artefact-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('is made once per key', async () => {
	let made = 0;
	const make = async (path: string) => {
		made += 1;
		await writeFile(path, 'disk');
	};
	const first = await artefact(directory, 'disk', 'a1', make);
	const second = await artefact(directory, 'disk', 'a1', make);
	expect(second).toBe(first);
	expect(made).toBe(1);
	expect(await readFile(first, 'utf8')).toBe('disk');
});

test('another key replaces it', async () => {
	await artefact(directory, 'disk', 'a1', (path) => writeFile(path, 'old'));
	await artefact(directory, 'disk', 'b2', (path) => writeFile(path, 'new'));
	expect(await readdir(directory)).toEqual(['disk-b2']);
});

test('a failure leaves nothing behind, and the old one in place', async () => {
	await artefact(directory, 'disk', 'a1', (path) => writeFile(path, 'old'));
	const failing = artefact(directory, 'disk', 'b2', async (path) => {
		await writeFile(path, 'half');
		throw new Error('no room');
	});
	await expect(failing).rejects.toThrow('no room');
	expect(await readdir(directory)).toEqual(['disk-a1']);
});

test('a hash tells texts apart by their borders too', () => {
	expect(hashOf('ab', 'c')).not.toBe(hashOf('a', 'bc'));
});
