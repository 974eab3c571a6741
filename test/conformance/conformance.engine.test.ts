// A short form of the conformance suite: one or two behaviours of each kind, in real nodes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DockerEngine } from '#runner/engine/docker-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import { testConfig } from '../setup/config.ts';
import type { Group } from './behaviour.ts';
import { openNodes } from './open-nodes.ts';
import { groups } from './rows/groups.ts';
import { shoalNodes } from './shoal-nodes.ts';
import { type Result, tryGroup } from './suite.ts';

/** Clusters are dear: behaviours that want the same topology share one. */
function shortGroups(): Group[] {
	const byTopology = new Map<string, Group>();
	for (const group of groups) {
		const behaviours = group.behaviours.filter((behaviour) => behaviour.short);
		if (behaviours.length === 0) continue;
		const key = JSON.stringify(group.topology);
		const { managers, workers, swarm } = group.topology;
		const shared = byTopology.get(key) ?? {
			...group,
			name: `${managers} + ${workers} nodes, ${swarm}`,
			images: [],
			behaviours: [],
		};
		shared.behaviours.push(...behaviours);
		shared.images = [...new Set([...shared.images, ...group.images])];
		byTopology.set(key, shared);
	}
	return [...byTopology.values()];
}

const results = new Map<string, Result>();
let engine: DockerEngine | undefined;

beforeAll(async () => {
	const waiting = shortGroups();
	const images = waiting.flatMap((group) => group.images);
	const opened = await openNodes(testConfig(), silent, shoalNodes, { images, slowness: 1, onProblem: () => undefined });
	engine = opened.engine;
	const worker = async () => {
		for (let group = waiting.shift(); group; group = waiting.shift()) {
			const { makeCluster } = opened;
			await tryGroup(group, { makeCluster, slowness: 1, onResult: (result) => results.set(result.name, result) });
		}
	};
	await Promise.all([worker(), worker()]);
}, 300_000);

afterAll(() => engine?.close());

describe.each(shortGroups())('$name', ({ behaviours }) => {
	test.each(behaviours.map(({ name }) => name))('%s', (name) => {
		expect(results.get(name)).toMatchObject({ yes: true });
	});
});
