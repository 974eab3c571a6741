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
import { atTheEdge } from '#runner/cli/edge.ts';
import { showStages } from '#runner/cli/show-stages.ts';
import type { Config } from '#runner/config.ts';
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

/** Profile -> how its nodes are made, and what they are. All but Shoal's own run on the engine that the host has. */
const profiles = {
	shoal: { make: shoalNodes, kind: "Shoal's nodes" },
	reference: { make: referenceNodes, kind: 'privileged nodes' },
	beside: { make: referenceNodesBesideMesh, kind: 'privileged nodes beside the mesh' },
};
const profile = (options.nodes ?? 'shoal') as keyof typeof profiles;
const slowness = Number(options.slowness);
const parallel = Number(options.parallel);
const chosen = chosenGroups();

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

/** What is wrong with the options, if anything is. */
function wrongOption(): string | undefined {
	if (!(profile in profiles)) return `--nodes is one of ${Object.keys(profiles).join(', ')}`;
	if (options.host !== 'here' && options.host !== 'vm') return '--host is here or vm';
	if (!(slowness > 0 && Number.isInteger(parallel) && parallel > 0)) return '--slowness and --parallel are numbers';
	if (chosen.length > 0) return undefined;
	return `no behaviour is named so; the groups are ${groups.map((group) => group.name).join(', ')}`;
}

async function tryHere(config: Config): Promise<void> {
	const report = showStages(options.lines ? process.stderr : process.stdout);
	const { make, kind } = profiles[profile];
	const images = chosen.flatMap((group) => group.images);
	const { engine, makeCluster } = await openNodes(config, report, make, { images, slowness, onProblem: console.error });
	const facts = await engine.facts();
	const nodes = `${kind}, ${facts.os}, Linux ${release()}, cgroup v${facts.cgroup}`;
	const onResult = (result: Result) =>
		console.log(options.lines ? JSON.stringify({ profile, nodes, result }) : lineOf(result));

	const began = performance.now();
	const waiting = [...chosen];
	const results: Result[] = [];
	const worker = async () => {
		for (let group = waiting.shift(); group; group = waiting.shift())
			results.push(...(await tryGroup(group, { makeCluster, slowness, onResult })));
	};
	await Promise.all(Array.from({ length: parallel }, worker));
	const order = chosen.map((group) => group.name);
	results.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));

	const run: Run = { nodes, results };
	console.error(`\n${totalOf(results)}, in ${Math.round((performance.now() - began) / 1000)} s`);
	if (profile === 'shoal' && !options.group && !options.row && !options.lines)
		writeFileSync(new URL('RESULTS.md', import.meta.url), markdownOf(run, reasons));
	await engine.close();
	if (!options.keep) await stopEngine(config, report);
	process.exitCode = results.every((result) => result.yes || result.name in reasons) ? 0 : 1;
}

async function tryInVm(config: Config): Promise<void> {
	const { conformanceInVm } = await import('./in-vm.ts');
	const wanted = options.nodes === undefined ? Object.keys(profiles) : [profile];
	process.exit(await conformanceInVm({ config, profiles: wanted, group: options.group, row: options.row }));
}

const wrong = wrongOption();
if (wrong === undefined) {
	process.env.SHOAL_INSTANCE ??= 'conform';
	// What a VM is given is made by an engine of our own, whoever's nodes run in it.
	if (profile !== 'shoal' && options.host === 'here') process.env.SHOAL_ENGINE = 'given';
	await atTheEdge(options.host === 'vm' ? tryInVm : tryHere);
} else {
	console.error(wrong);
	process.exitCode = 2;
}
