// `npm run conformance`: tries every behaviour of Docker Swarm that the documentation promises, in real nodes.
//
//   npm run conformance                        Shoal's nodes, on an engine of their own
//   npm run conformance -- --group networking  only groups with that in their name
//   npm run conformance -- --row port          only behaviours with that in their name
//   npm run conformance -- --nodes reference   plain `--privileged` nodes on the given engine, with Docker's own balancer
//   npm run conformance -- --nodes beside      the same with Shoal's mesh running, which must step aside
//   npm run conformance -- --host vm           both ways, on a stock Debian in an emulator
//   npm run conformance -- --lines             results as JSON, one a line, for programs
import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { showStages } from '#runner/cli/show-stages.ts';
import { readConfig } from '#runner/config.ts';
import { stopEngine } from '#runner/engine/open-engine.ts';
import type { Group } from './behaviour.ts';
import { openNodes } from './open-nodes.ts';
import { reasons } from './reasons.ts';
import { referenceNodes, referenceNodesBesideMesh } from './reference-nodes.ts';
import { lineOf, markdownOf, type Run, totalOf } from './report.ts';
import { groups } from './rows/groups.ts';
import { shoalNodes } from './shoal-nodes.ts';
import { type Result, tryGroup } from './suite.ts';

const { values: options } = parseArgs({
	options: {
		group: { type: 'string' },
		row: { type: 'string' },
		nodes: { type: 'string' },
		host: { type: 'string', default: 'here' },
		slowness: { type: 'string', default: '1' },
		parallel: { type: 'string', default: '2' },
		lines: { type: 'boolean', default: false },
		keep: { type: 'boolean', default: false },
	},
});

function chosenGroups(): Group[] {
	const has = (text: string, part: string | undefined) => text.toLowerCase().includes((part ?? '').toLowerCase());
	return groups
		.filter((group) => has(group.name, options.group))
		.map((group) => ({
			...group,
			behaviours: group.behaviours.filter((behaviour) => has(behaviour.name, options.row)),
		}))
		.filter((group) => group.behaviours.length > 0);
}

/** Profile -> how its nodes are made, and what they are. All but Shoal's own run on the engine that the host has. */
const profiles = {
	shoal: { make: shoalNodes, kind: "Shoal's nodes" },
	reference: { make: referenceNodes, kind: 'privileged nodes' },
	beside: { make: referenceNodesBesideMesh, kind: 'privileged nodes beside the mesh' },
};
const profile = (options.nodes ?? 'shoal') as keyof typeof profiles;
if (!(profile in profiles)) throw new Error(`--nodes is one of ${Object.keys(profiles).join(', ')}`);
const isShoal = profile === 'shoal';
const read = readConfig({
	...process.env,
	SHOAL_INSTANCE: process.env.SHOAL_INSTANCE ?? 'conform',
	...(isShoal ? {} : { SHOAL_ENGINE: 'given' }),
});
if (!read.ok) throw new Error(JSON.stringify(read.problems));
const { config } = read;
if (options.host === 'vm') {
	const { conformanceInVm } = await import('./in-vm.ts');
	const wanted = options.nodes === undefined ? Object.keys(profiles) : [profile];
	process.exit(await conformanceInVm({ config, profiles: wanted, group: options.group, row: options.row }));
}
const report = showStages(options.lines ? process.stderr : process.stdout);
const slowness = Number(options.slowness);
const { make, kind } = profiles[profile];
const waiting = chosenGroups();
const images = waiting.flatMap((group) => group.images);
const { engine, makeCluster } = await openNodes(config, report, make, { images, slowness, onProblem: console.error });
const facts = await engine.facts();
const nodes = `${kind}, ${facts.os}, Linux ${release()}, cgroup v${facts.cgroup}`;
const onResult = (result: Result) =>
	console.log(options.lines ? JSON.stringify({ profile, nodes, result }) : lineOf(result));

const began = performance.now();
const order = waiting.map((group) => group.name);
const results: Result[] = [];
const worker = async () => {
	for (let group = waiting.shift(); group; group = waiting.shift())
		results.push(...(await tryGroup(group, { makeCluster, slowness, onResult })));
};
await Promise.all(Array.from({ length: Number(options.parallel) }, worker));
results.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));

const run: Run = { nodes, results };
const total = `${totalOf(results)}, in ${Math.round((performance.now() - began) / 1000)} s`;
console.error(`\n${total}`);
if (isShoal && !options.group && !options.row && !options.lines) {
	writeFileSync(new URL('RESULTS.md', import.meta.url), markdownOf(run, reasons));
}
await engine.close();
if (!options.keep) await stopEngine(config, report);
process.exitCode = results.every((result) => result.yes || result.name in reasons) ? 0 : 1;
