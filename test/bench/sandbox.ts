// Bench of sandboxes: three nodes with their images and the swarm formed, from nothing, phase by phase.
//
// A phase is measured from the wish to the moment when it is over, because phases overlap. Beside each run a plain
// container is started and removed on the same engine, so that figures of a slow or busy machine can be read as a ratio.
import { setTimeout as delay } from 'node:timers/promises';
import { runContainer } from '#runner/engine/probe.ts';
import { type Bench, collector, ratio } from './figures.ts';
import { benchEngine } from './on-engine.ts';

const phases = {
	network: 'network made',
	nodes: 'nodes created',
	engines: 'engines ready',
	images: 'images loaded',
	swarm: 'swarm formed',
};
/** Let the engine finish removing before the next run. */
const restMs = 300;

export const bench: Bench = {
	runs: 10,
	async run({ runs, progress }) {
		await using on = await benchEngine(progress);
		const { engine, nodeImage, lessonImages } = on.opened;
		const figures = collector();
		const request = {
			topology: { managers: 1, workers: 2, swarm: 'formed' } as const,
			images: [...lessonImages.keys()],
		};
		// The first one is slower (the engine's caches are cold), and is left out.
		for (let run = 0; run <= runs; run++) {
			const add = (name: string, ms: number) => run > 0 && figures.add(name, 'ms', ms);
			const sandbox = `bench-${process.pid}-${run}`;
			let began = performance.now();
			const sinceMs = () => performance.now() - began;
			const cluster = await on.host.make(
				{ ...request, sandbox, learner: 'bench' },
				{
					signal: AbortSignal.timeout(120_000),
					onStage: ({ name, state }) => state === 'done' && add(phases[name], sinceMs()),
				},
			);
			const total = sinceMs();
			add('total', total);
			await cluster[Symbol.asyncDispose]();
			began = performance.now();
			await on.host.destroy(sandbox);
			add('removed', sinceMs());

			began = performance.now();
			await runContainer(engine.docker, AbortSignal.timeout(60_000), { Image: nodeImage, Cmd: ['true'] });
			add('plain container', sinceMs());
			progress(`run ${run} of ${runs}: ${Math.round(total)} ms`);
			await delay(restMs);
		}
		return [...figures.all(), ratio('total / plain container', figures.get('total'), figures.get('plain container'))];
	},
};
