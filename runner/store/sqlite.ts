// SQLite store: one file, node:sqlite, a handful of queries. The schema's version is the database's user_version.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SandboxRow } from './sandbox-rows.ts';
import type { LearnerRow, PassedStep, Store } from './store.ts';

/** Each entry brings the database one version on. Never change one that was released; add the next. */
const migrations = [
	`
	CREATE TABLE learners (id TEXT PRIMARY KEY, tokenHash TEXT NOT NULL UNIQUE, createdAt TEXT NOT NULL) STRICT;
	CREATE TABLE progress (
		learner TEXT NOT NULL, lesson TEXT NOT NULL, step TEXT NOT NULL, passedAt TEXT NOT NULL,
		PRIMARY KEY (learner, lesson, step)
	) STRICT;
	CREATE TABLE sandboxes (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT;
	`,
];

/** Opens or makes the database. `:memory:` keeps nothing. Throws when the file cannot be written or is of a newer Shoal. */
export function openSqliteStore(path: string): Store {
	if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
	const database = new DatabaseSync(path);
	// A reader never waits for the writer, and a crash of the runner loses nothing that was committed.
	database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
	migrate(database);

	const insertLearner = database.prepare(
		'INSERT INTO learners (id, tokenHash, createdAt) VALUES (:id, :tokenHash, :createdAt)',
	);
	const findLearner = database.prepare('SELECT id, tokenHash, createdAt FROM learners WHERE tokenHash = ?');
	const insertPass = database.prepare(
		'INSERT INTO progress (learner, lesson, step, passedAt) VALUES (:learner, :lesson, :step, :passedAt) ON CONFLICT DO NOTHING',
	);
	const listPasses = database.prepare(
		'SELECT learner, lesson, step, passedAt FROM progress WHERE learner = :learner AND (:lesson IS NULL OR lesson = :lesson) ORDER BY passedAt',
	);
	const putSandbox = database.prepare(
		'INSERT INTO sandboxes (id, row) VALUES (:id, :row) ON CONFLICT (id) DO UPDATE SET row = excluded.row',
	);
	const getSandbox = database.prepare('SELECT row FROM sandboxes WHERE id = ?');
	const deleteSandbox = database.prepare('DELETE FROM sandboxes WHERE id = ?');
	const listSandboxes = database.prepare('SELECT row FROM sandboxes ORDER BY rowid');
	// node:sqlite types every column as SQLOutputValue; the tables above decide what they are.
	const sandboxOf = (row: unknown) => JSON.parse((row as { row: string }).row) as SandboxRow;

	return {
		learners: {
			insert: async (row) => void insertLearner.run({ ...row }),
			findByTokenHash: async (tokenHash) => findLearner.get(tokenHash) as LearnerRow | undefined,
		},
		progress: {
			pass: async (row) => insertPass.run({ ...row }).changes > 0,
			list: async (learner, lesson) => listPasses.all({ learner, lesson: lesson ?? null }) as unknown as PassedStep[],
		},
		sandboxes: {
			insert: async (row) => void putSandbox.run({ id: row.id, row: JSON.stringify(row) }),
			update: async (id, change) => {
				const found = getSandbox.get(id);
				if (found) putSandbox.run({ id, row: JSON.stringify({ ...sandboxOf(found), ...change }) });
			},
			remove: async (id) => void deleteSandbox.run(id),
			list: async () => listSandboxes.all().map(sandboxOf),
		},
		[Symbol.asyncDispose]: async () => database.close(),
	};
}

function migrate(database: DatabaseSync): void {
	const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
	if (version > migrations.length) {
		throw new Error(`the database is of a newer Shoal (version ${version}, this one knows ${migrations.length})`);
	}
	for (const [index, sql] of migrations.entries()) {
		if (index < version) continue;
		database.exec(`BEGIN; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
	}
}
