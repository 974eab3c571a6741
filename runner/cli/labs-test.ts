// shoal labs test: proves lessons on real nodes. Each check red, green, and red again after each wrong answer.
import { createReadStream } from 'node:fs';
import { styleText } from 'node:util';
import { defineCommand } from 'citty';
import { LabError } from '#contract/errors.ts';
import { systemClock } from '../clock.ts';
import { openEngine } from '../engine/open-engine.ts';
import { planProof } from '../proof/proof-plan.ts';
import { runTrial, type TrialResult } from '../proof/run-trial.ts';
import { engineHost } from '../sandbox/engine-host.ts';
import { atTheEdge } from './edge.ts';
import { loadLabs } from './load-labs.ts';
import { showStages } from './show-stages.ts';

export default defineCommand({
	meta: {
		name: 'test',
		description: 'Prove lessons on fresh sandboxes: red, green, and red again after wrong answers.',
	},
	args: {
		lesson: { type: 'positional', required: false, description: 'Only this lesson: day-01/01-form-a-swarm.' },
		json: { type: 'boolean', default: false, description: 'Print one JSON object.' },
	},
	run: ({ args }) =>
		atTheEdge(async (config) => {
			const labs = await loadLabs(config);
			if (!labs) return;
			const lessons = labs.lessons.filter((lesson) => args.lesson === undefined || lesson.id === args.lesson);
			if (lessons.length === 0) throw new LabError('lesson.not-found', { lesson: args.lesson ?? '' });

			const { engine, nodeImage, lessonImages } = await openEngine(config, showStages(process.stderr));
			const clock = systemClock;
			const host = engineHost({
				engine,
				clock,
				nodeImage,
				instance: config.instance,
				subnets: config.subnets,
				limits: config.limits.node,
				maxSandboxes: config.limits.maxSandboxes,
				openImage: async (name) => createReadStream(lessonImages.get(name) ?? ''),
			});
			const stop = new AbortController();
			process.once('SIGINT', () => stop.abort());
			const results: TrialResult[] = [];
			for (const lesson of lessons) {
				for (const trial of planProof(lesson)) {
					const result = await runTrial(lesson, trial, { host, engine, clock, signal: stop.signal });
					results.push(result);
					if (!args.json) console.log(line(result));
				}
			}
			const failed = results.filter((result) => !result.ok).length;
			if (args.json) console.log(JSON.stringify({ trials: results, failed }, undefined, '\t'));
			else console.log(`\n${results.length - failed} passed, ${failed} failed`);
			if (failed > 0) process.exitCode = 1;
			await engine.close();
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
