// The lessons are proven: every check red before its solution, green after it, and red after each wrong answer.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { TrialResult } from '#runner/proof/run-trial.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `shoal labs test --json`. The engine belongs to the whole test run, so it is kept. */
function labsTest(environment: Record<string, string> = {}) {
	return new Promise<{ exitCode: number; trials: TrialResult[] }>((resolve, reject) => {
		const env = { ...process.env, SHOAL_INSTANCE: 'test', SHOAL_ON_STOP: 'keep', ...environment };
		execFile(
			process.execPath,
			['runner/cli/shoal.ts', 'labs', 'test', '--json'],
			{ cwd: project, env },
			(error, stdout, stderr) => {
				const exitCode = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
				if (stdout === '') reject(new Error(`labs test printed nothing:\n${stderr}`));
				else resolve({ exitCode, trials: (JSON.parse(stdout) as { trials: TrialResult[] }).trials });
			},
		);
	});
}

test('all lessons of the course', { timeout: 900_000 }, async () => {
	const { exitCode, trials } = await labsTest();
	expect(
		trials.flatMap(({ trial, problem }) =>
			problem === undefined ? [] : [`${trial.lesson} ${trial.name}: ${problem}`],
		),
	).toEqual([]);
	expect(trials.length).toBeGreaterThan(15);
	expect(exitCode).toBe(0);
});

test('a check that is green from the start and a wrong answer that is right are found', {
	timeout: 120_000,
}, async () => {
	const { exitCode, trials } = await labsTest({ LABS_DIR: fileURLToPath(new URL('unproven-labs', import.meta.url)) });
	expect(exitCode).toBe(1);
	const problems = Object.fromEntries(trials.map(({ trial, problem }) => [trial.name, problem?.split('\n')[0]]));
	expect(problems).toEqual({
		solutions: 'Check 2 of label is not red before the solution: manager1 is a manager and ready, and it leads.',
		'label, wrong answer 1': 'label turned green after a wrong answer.',
	});
});
