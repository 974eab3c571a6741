// shoal labs test: proves lessons on real nodes. Each check red, green, and red again after each wrong answer.
import { createReadStream } from 'node:fs';
import { styleText } from 'node:util';
import { defineCommand } from 'citty';
import { LabError } from '#contract/errors.ts';
import { systemClock } from '../clock.ts';
import { proofInstance } from '../engine/engine.ts';
import { openEngine, stopEngine } from '../engine/open-engine.ts';
import { planProof } from '../proof/proof-plan.ts';
import { runTrial, type TrialResult } from '../proof/run-trial.ts';
import { engineHost } from '../sandbox/engine-host.ts';
import { atTheEdge } from './edge.ts';
import { loadLabs } from './load-labs.ts';
import { showStages } from './show-stages.ts';
import { takeInstance } from './single.ts';

export default defineCommand({
	meta: {
		name: 'test',
		description: 'Prove lessons on fresh sandboxes: red, green, and red again after wrong answers.',
	},
	args: {
		lesson: { type: 'positional', required: false, description: 'Only this lesson: day-01/01-form-a-swarm.' },
		parallel: { type: 'string', default: '2', description: 'How many sandboxes at a time.' },
		json: { type: 'boolean', default: false, description: 'Print one JSON object.' },
	},
	run: ({ args }) =>
		atTheEdge(async (config) => {
			const labs = await loadLabs(config);
			if (!labs) return;
			const lessons = labs.lessons.filter((lesson) => args.lesson === undefined || lesson.id === args.lesson);
			if (lessons.length === 0) throw new LabError('lesson.not-found', { lesson: args.lesson ?? '' });

			const report = showStages(process.stderr);
			// A lab that runs here goes on beside the proof; without one, the engine is stopped again at the end.
			const own = await takeInstance(config.instance, `${config.directories.run}/runner.pid`).catch(() => undefined);
			const { engine, nodeImage, lessonImages } = await openEngine(config, report);
			const clock = systemClock;
			const host = engineHost({
				engine,
				clock,
				nodeImage,
				instance: proofInstance(config.instance),
				subnets: config.subnets,
				limits: config.limits.node,
				maxSandboxes: config.limits.maxSandboxes,
				openImage: async (name) => createReadStream(lessonImages.get(name) ?? ''),
			});
			for (const left of await host.list()) await host.destroy(left);
			const stop = new AbortController();
			process.once('SIGINT', () => stop.abort());
			const results: TrialResult[] = [];
			const trials = lessons.flatMap((lesson) => planProof(lesson).map((trial) => ({ lesson, trial })));
			const work = async () => {
				for (let next = trials.shift(); next; next = trials.shift()) {
					const result = await runTrial(next.lesson, next.trial, { host, engine, clock, signal: stop.signal });
					results.push(result);
					if (!args.json) console.log(line(result));
				}
			};
			await Promise.all(Array.from({ length: Number(args.parallel) }, work));
			const failed = results.filter((result) => !result.ok).length;
			if (args.json) console.log(JSON.stringify({ trials: results, failed }, undefined, '\t'));
			else console.log(`\n${results.length - failed} passed, ${failed} failed`);
			if (failed > 0) process.exitCode = 1;
			await engine.close();
			if (own && config.onStop === 'remove') await stopEngine(config, report);
			await own?.[Symbol.asyncDispose]();
		}),
});

function line({ trial, ok, problem, sandboxMs, actsMs, greenMs }: TrialResult): string {
	const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
	const mark = ok ? styleText('green', '✓') : styleText('red', '✗');
	const green = greenMs.map(({ step, ms }) => `${step} ${ms} ms`).join(', ');
	const times = `sandbox ${seconds(sandboxMs)}, then ${seconds(actsMs)}`;
	return [
		`${mark} ${trial.lesson}  ${trial.name.padEnd(32)} ${times}${green && trial.name === 'solutions' ? `; green after: ${green}` : ''}`,
		...(problem === undefined ? [] : problem.split('\n').map((part) => `    ${part}`)),
	].join('\n');
}
