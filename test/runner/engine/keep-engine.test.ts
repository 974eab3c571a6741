// Keeping an engine: it is started again when it has ended, and only then.
import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { keepEngine } from '#runner/engine/keep-engine.ts';
import { handClock } from '../cluster/hand-clock.ts';

function kept() {
	const clock = handClock();
	const engine = { runs: true, startable: true, starts: 0, problems: [] as string[] };
	const keeper = keepEngine({
		clock,
		runs: async () => engine.runs,
		start: async () => {
			engine.starts += 1;
			if (!engine.startable) throw new Error('no room');
			engine.runs = true;
		},
		onProblem: (error) => engine.problems.push((error as Error).message),
	});
	const pass = async (ms: number) => {
		for (let passed = 0; passed < ms; passed += 500) {
			clock.pass(500);
			await settle();
		}
	};
	return { engine, keeper, pass, clock };
}

test('an engine that runs is left alone', async () => {
	const { engine, pass } = kept();
	await pass(60_000);
	expect(engine).toMatchObject({ starts: 0, problems: [] });
});

test('one that has ended is back within seconds, each time', async () => {
	const { engine, pass } = kept();
	for (const starts of [1, 2]) {
		engine.runs = false;
		await pass(2_000);
		expect(engine).toMatchObject({ runs: true, starts });
	}
});

test('one that cannot be started is tried again, ever more seldom, and the reason is told', async () => {
	const { engine, pass } = kept();
	Object.assign(engine, { runs: false, startable: false });
	await pass(10 * 60_000);
	expect(engine.starts).toBeGreaterThan(8);
	expect(engine.starts).toBeLessThan(20);
	expect(engine.problems).toContain('no room');
	engine.startable = true;
	await pass(61_000);
	expect(engine.runs).toBe(true);
});

test('nothing is started any more once it is disposed', async () => {
	const { engine, keeper, pass, clock } = kept();
	await keeper[Symbol.asyncDispose]();
	engine.runs = false;
	await pass(10_000);
	expect(engine.starts).toBe(0);
	expect(clock.pending).toBe(0);
});
