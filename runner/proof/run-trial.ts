// Run trial: carries out one trial of a proof plan on a fresh sandbox, through the same parts that a learner uses.
import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { LabError } from '#contract/errors.ts';
import type { Lesson } from '#contract/lesson.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engine/engine.ts';
import type { ClusterHost } from '../sandbox/cluster-access.ts';
import { goLive, type LiveSandbox } from '../sandbox/live.ts';
import type { Act, Trial } from './proof-plan.ts';
import { typistAt } from './typist.ts';

export interface TrialParts {
	host: ClusterHost;
	engine: Engine;
	clock: Clock;
	signal: AbortSignal;
}

export interface TrialResult {
	trial: Trial;
	ok: boolean;
	/** Why not, in a sentence, with what the terminal showed last. */
	problem?: string;
	/** Until the sandbox was ready, and from there to the end. */
	sandboxMs: number;
	actsMs: number;
	/** How long after its solution each step turned green. */
	greenMs: { step: string; ms: number }[];
}

const commandTimeoutMs = 120_000;
const greenTimeoutMs = 60_000;
/** A mistake that turns a step green does so while a learner would still be looking. */
const stillRedMs = 3_000;

/** Runs one trial and removes its sandbox. What goes wrong is in the result; throws only when aborted. */
export async function runTrial(lesson: Lesson, trial: Trial, parts: TrialParts): Promise<TrialResult> {
	const { host, engine, clock, signal } = parts;
	const sandbox = `proof-${randomUUID().replaceAll('-', '')}`;
	const began = clock.now();
	let readyAt: number | undefined;
	const greenMs: TrialResult['greenMs'] = [];
	const result = (problem?: string): TrialResult => ({
		trial,
		ok: problem === undefined,
		...(problem === undefined ? {} : { problem }),
		sandboxMs: (readyAt ?? clock.now()) - began,
		actsMs: readyAt === undefined ? 0 : clock.now() - readyAt,
		greenMs,
	});
	try {
		const request = { sandbox, learner: 'proof', topology: lesson.topology, images: lesson.images };
		await using cluster = await host.make(request, { signal, onStage: () => {} });
		await using live = await goLive({
			engine,
			clock,
			lesson,
			nodes: cluster.nodes,
			learner: 'proof',
			isFresh: true,
			progress: { pass: async () => true, list: async () => [] },
			onFault() {},
		});
		readyAt = clock.now();
		const tried = tryActs(live, clock, greenMs);
		for (const act of trial.acts) {
			signal.throwIfAborted();
			const problem = await tried(act);
			if (problem !== undefined) return result(problem);
		}
		return result();
	} catch (error) {
		signal.throwIfAborted();
		return result(error instanceof LabError ? error.message : String(error));
	} finally {
		await host.destroy(sandbox);
	}
}

/** A function that does one act and says what is wrong with what came of it. */
function tryActs(live: LiveSandbox, clock: Clock, greenMs: TrialResult['greenMs']) {
	const typist = typistAt(live.terminals, clock);
	let lastWords = '';
	const step = (id: string) => live.steps.find((candidate) => candidate.id === id);
	const told = (sentence: string) => (lastWords === '' ? sentence : `${sentence}\nThe terminal said:\n${lastWords}`);
	const seen = (id: string) => (step(id)?.checks ?? []).map((check) => check.because).join(' ');

	return async (act: Act): Promise<string | undefined> => {
		switch (act.type) {
			case 'type':
				for (const command of act.commands) {
					const filled = await live.fill(command.run);
					const { exitCode, output } = await typist.type(command.on, filled, commandTimeoutMs);
					lastWords = readable(output);
					if (exitCode === undefined)
						return told(`"${command.run}" on ${command.on} did not end in ${commandTimeoutMs / 1000} s.`);
				}
				return undefined;

			case 'expect-red': {
				await live.refresh();
				const checks = step(act.step)?.checks ?? [];
				const number = checks.findIndex((check) => check.verdict !== 'not-yet');
				if (number < 0) return undefined;
				return `Check ${number + 1} of ${act.step} is not red before the solution: ${checks[number]?.because}`;
			}

			case 'expect-green': {
				const began = clock.now();
				if (!(await passes(live, act.step, clock, greenTimeoutMs))) {
					return told(`${act.step} is not green ${greenTimeoutMs / 1000} s after its solution: ${seen(act.step)}`);
				}
				greenMs.push({ step: act.step, ms: clock.now() - began });
				return undefined;
			}

			case 'expect-still-red':
				if (await passes(live, act.step, clock, stillRedMs))
					return told(`${act.step} turned green after a wrong answer.`);
				await live.refresh();
				if (step(act.step)?.passedAt !== undefined) return told(`${act.step} turned green after a wrong answer.`);
				return undefined;
		}
	};
}

/** Whether the step passes within a time. */
async function passes(live: LiveSandbox, id: string, clock: Clock, withinMs: number): Promise<boolean> {
	const hasPassed = () => live.steps.find((step) => step.id === id)?.passedAt !== undefined;
	if (hasPassed()) return true;
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const callOff = clock.after(withinMs, () => resolve(false));
	const stop = live.onSteps(() => {
		if (hasPassed()) resolve(true);
	});
	const stopLooking = live.look();
	try {
		return await promise;
	} finally {
		callOff();
		stop();
		stopLooking();
	}
}

/** The last lines of a terminal's output, as text. */
function readable(output: string): string {
	const lines = stripVTControlCharacters(output).replace(/\r/g, '').split('\n');
	return lines
		.filter((line) => line.trim() !== '')
		.slice(-8)
		.join('\n');
}
