// The store suite: what every implementation of the store promises.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLearner, findLearner } from '#runner/learners/identity.ts';
import { openSqliteStore } from '#runner/store/sqlite.ts';
import type { Store } from '#runner/store/store.ts';

const noon = new Date('2026-11-21T12:00:00Z');

describe('SQLite', () => {
	let directory: string;
	let store: Store;
	const open = () => openSqliteStore(join(directory, 'shoal.db'));
	beforeEach(async () => {
		directory = await mkdtemp(join(tmpdir(), 'shoal-store-'));
		store = open();
	});
	afterEach(async () => {
		await store[Symbol.asyncDispose]();
		await rm(directory, { recursive: true });
	});
	const reopen = async () => {
		await store[Symbol.asyncDispose]();
		store = open();
	};

	test('a learner is found by the token, also after a restart', async () => {
		const { learner, token } = await createLearner(store.learners, noon);
		await reopen();
		expect(await findLearner(store.learners, token)).toMatchObject({ id: learner, createdAt: noon.toISOString() });
	});

	test('no other token finds a learner, and the token itself is not stored', async () => {
		const { token } = await createLearner(store.learners, noon);
		expect(
			await findLearner(
				store.learners,
				token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
			),
		).toBeUndefined();
		expect(await findLearner(store.learners, "' OR 1=1 --")).toBeUndefined();
		expect(await findLearner(store.learners, '')).toBeUndefined();
	});

	test('a step passes once, and stays passed', async () => {
		const pass = { learner: 'l-1', lesson: 'day-01/01-form-a-swarm', step: 'init', passedAt: noon.toISOString() };
		expect(await store.progress.pass(pass)).toBe(true);
		expect(await store.progress.pass({ ...pass, passedAt: '2026-11-22T00:00:00.000Z' })).toBe(false);
		await reopen();
		expect(await store.progress.list('l-1')).toEqual([pass]);
	});

	test('progress is per learner and, when asked, per lesson', async () => {
		const at = noon.toISOString();
		await store.progress.pass({ learner: 'l-1', lesson: 'a/a', step: 's', passedAt: at });
		await store.progress.pass({ learner: 'l-1', lesson: 'a/b', step: 's', passedAt: at });
		await store.progress.pass({ learner: 'l-2', lesson: 'a/a', step: 's', passedAt: at });
		expect((await store.progress.list('l-1')).map((row) => row.lesson)).toEqual(['a/a', 'a/b']);
		expect(await store.progress.list('l-1', 'a/b')).toHaveLength(1);
		expect(await store.progress.list('l-3')).toEqual([]);
	});

	test('a database of a newer Shoal is left alone', async () => {
		const { DatabaseSync } = await import('node:sqlite');
		const file = join(directory, 'newer.db');
		const newer = new DatabaseSync(file);
		newer.exec('PRAGMA user_version = 99');
		newer.close();
		expect(() => openSqliteStore(file)).toThrow('the database is of a newer Shoal (version 99, this one knows 1)');
	});
});
