// Record: plays the scenarios on real swarms and stores what was seen as fixtures. `node test/runner/cluster/record.ts [scenario...]`
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeSnapshot } from '#runner/cluster/snapshot.ts';
import { openEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import { testConfig } from '../../setup/config.ts';
import { realSwarm } from './real-swarm.ts';
import { redact, redactSnapshot } from './redact.ts';
import { type Scenario, scenarios } from './scenarios.ts';

const directory = join(import.meta.dirname, 'fixtures');
const wanted = process.argv.slice(2);
const config = testConfig();
const opened = await openEngine(config, silent);
await mkdir(directory, { recursive: true });
for (const scenario of scenarios) if (wanted.length === 0 || wanted.includes(scenario.name)) await record(scenario);
await opened.engine.close();

async function record({ name, topology, play }: Scenario): Promise<void> {
	const images = ['carmeloc/goweb:1.0'];
	await using swarm = await realSwarm(opened, { instance: config.instance, subnet: '200.0', images, ...topology });
	const ending = new AbortController();
	const events: { node: string; event: unknown }[] = [];
	const following = swarm.nodes.map(async (node) => {
		while (!ending.signal.aborted) {
			try {
				for await (const event of node.engine.events({ signal: ending.signal }))
					events.push({ node: node.name, event });
			} catch {
				// The scenario has stopped this node; listen again when it is back.
			}
			await sleep(200);
		}
	});
	const store = (file: string, value: unknown) =>
		writeFile(join(directory, `${file}.json`), `${JSON.stringify(value, null, '\t')}\n`);
	await play({
		run: swarm.run,
		setNode: (node, action) => swarm.setNode(node, action === 'stop' ? 'kill' : action),
		addressOf: (node) => swarm.node(node).address,
		ready: swarm.ready,
		async take(taken) {
			await store(taken, redactSnapshot(await takeSnapshot(swarm.nodes, AbortSignal.timeout(30_000))));
		},
		async until(node, command, pattern) {
			const signal = AbortSignal.timeout(60_000);
			while (!pattern.test((await swarm.run(node, command)).trim())) await sleep(150, undefined, { signal });
		},
	});
	ending.abort();
	await Promise.all(following);
	await store(`events-${name}`, events.map(redact));
}
