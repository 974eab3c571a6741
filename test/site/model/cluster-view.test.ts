import { describe, expect, test } from 'vitest';
import type { ClusterNode, ClusterService, ClusterState, ClusterTask } from '#contract/cluster.ts';
import { colourCount, createColours, viewCluster } from '#site/model/cluster-view.ts';

const node = (more: Partial<ClusterNode> & { name: string }): ClusterNode => ({
	address: '10.213.0.2',
	engine: 'up',
	swarm: 'active',
	leader: false,
	labels: {},
	...more,
});
const manager1 = node({ name: 'manager1', role: 'manager', leader: true, availability: 'active', status: 'ready' });
const worker1 = node({ name: 'worker1', role: 'worker', availability: 'active', status: 'ready' });
const loner = node({ name: 'worker2', swarm: 'none' });

const task = (more: Partial<ClusterTask>): ClusterTask => ({
	id: 't1',
	service: 'goweb',
	name: 'goweb.1',
	slot: 1,
	node: 'worker1',
	desired: 'running',
	state: 'running',
	image: 'carmeloc/goweb:1.0',
	since: '2026-01-01T00:00:00.000Z',
	...more,
});
const service = (more: Partial<ClusterService> = {}): ClusterService => ({
	id: 's1',
	name: 'goweb',
	image: 'carmeloc/goweb:1.0',
	mode: 'replicated',
	replicas: 3,
	running: 2,
	ports: [{ published: 8888, target: 8080, protocol: 'tcp', mode: 'ingress' }],
	networks: [],
	secrets: [],
	configs: [],
	labels: {},
	...more,
});
const cluster = (more: Partial<ClusterState> = {}): ClusterState => ({
	swarm: 'formed',
	autolock: false,
	nodes: [manager1, worker1],
	services: [],
	tasks: [],
	networks: [],
	secrets: [],
	configs: [],
	stacks: [],
	...more,
});
const view = (state: ClusterState) => viewCluster(state, createColours());

describe('the cluster in one sentence', () => {
	test.each<[Partial<ClusterState>, string]>([
		[{}, '1 manager and 1 worker ready, 0 services'],
		[{ swarm: 'none', nodes: [loner, loner, loner] }, '3 machines, no swarm yet'],
		[{ swarm: 'no-leader' }, 'The swarm has no leader: its managers are not enough for a decision'],
		[{ swarm: 'unknown' }, 'No machine answers right now'],
	])('%o', (state, sentence) => {
		expect(view(cluster(state)).summary).toBe(sentence);
	});
});

describe('a node', () => {
	test.each<[string, Partial<ClusterNode>, string, string, string]>([
		['the leader', manager1, 'Manager, leader', 'Ready', 'good'],
		['another manager', { ...manager1, leader: false }, 'Manager', 'Ready', 'good'],
		['a worker', worker1, 'Worker', 'Ready', 'good'],
		['drained', { ...worker1, availability: 'drain' }, 'Worker', 'Drained', 'limited'],
		['paused', { ...worker1, availability: 'pause' }, 'Worker', 'Paused', 'limited'],
		['down', { ...worker1, status: 'down' }, 'Worker', 'Down', 'bad'],
		['down and drained', { ...worker1, status: 'down', availability: 'drain' }, 'Worker', 'Down', 'bad'],
		['its engine gone', { ...worker1, engine: 'down' }, 'Worker', 'Engine down', 'bad'],
		['an unreachable manager', { ...manager1, reachability: 'unreachable' }, 'Manager, leader', 'Unreachable', 'bad'],
		['locked', { ...manager1, leader: false, swarm: 'locked' }, 'Manager', 'Locked', 'bad'],
		['joining', { ...loner, swarm: 'pending' }, '', 'Joining', 'limited'],
		['alone', loner, '', 'Not in a swarm', 'outside'],
	])('%s', (_, state, roleText, statusText, health) => {
		const [seen] = view(cluster({ nodes: [node({ name: 'x', ...state })] })).nodes;
		expect(seen).toMatchObject({ roleText, statusText, health });
	});
});

describe('tasks', () => {
	const phases = (tasks: ClusterTask[]) =>
		view(cluster({ tasks })).nodes.flatMap((one) => one.tasks.map(({ phase }) => phase));

	test.each<[string, string, string[]]>([
		['running', 'running', ['running']],
		['running', 'preparing', ['starting']],
		['ready', 'ready', ['starting']],
		['complete', 'running', ['running']],
		['shutdown', 'running', ['leaving']],
		['remove', 'running', ['leaving']],
		['running', 'failed', ['failed']],
		['running', 'rejected', ['failed']],
		['shutdown', 'shutdown', []],
		['shutdown', 'failed', []],
		['complete', 'complete', []],
	])('desired %s, state %s', (desired, state, seen) => {
		expect(phases([task({ desired, state })])).toEqual(seen);
	});

	test('stand on their node, and wait apart while they have none', () => {
		const seen = view(
			cluster({ tasks: [task({}), task({ id: 't2', name: 'goweb.2', slot: 2, node: undefined, state: 'pending' })] }),
		);
		expect(seen.nodes.map((one) => one.tasks.length)).toEqual([0, 1]);
		expect(seen.waiting.map(({ text }) => text)).toEqual(['goweb.2: pending']);
	});

	test('say what Swarm says of them', () => {
		const [, seen] = view(cluster({ tasks: [task({ state: 'rejected', error: 'No such image' })] })).nodes;
		expect(seen?.tasks[0]?.text).toBe('goweb.1: rejected (No such image)');
	});
});

describe('services', () => {
	test('are counted, with their ports', () => {
		expect(view(cluster({ services: [service()] })).services).toEqual([
			{ name: 'goweb', running: 2, replicas: 3, ports: ['8888 → 8080'], colour: 0 },
		]);
	});

	test('keep their colour when others come before them', () => {
		const colourOf = createColours();
		const colours = (names: string[]) =>
			viewCluster(cluster({ services: names.map((name) => service({ name })) }), colourOf).services.map(
				({ colour }) => colour,
			);
		expect(colours(['web'])).toEqual([0]);
		expect(colours(['api', 'web'])).toEqual([1, 0]);
		for (const colour of colours('abcdefghijkl'.split(''))) expect(colour).toBeLessThan(colourCount);
	});
});
