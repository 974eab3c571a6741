// Edge cases: recorded swarms with one thing changed, as other versions and moments of Docker have it.
import { expect, test } from 'vitest';
import type { Service, SwarmNode, Task } from '#runner/cluster/docker-types.ts';
import type { ManagerLists, Snapshot } from '#runner/cluster/snapshot.ts';
import { reduce } from '#runner/cluster/state.ts';
import { recorded } from './fixtures.ts';

/** A recorded snapshot after `change` has been made to the managers' lists. */
function changed(name: string, change: (lists: ManagerLists, snapshot: Snapshot) => void): Snapshot {
	const snapshot = recorded(name);
	if (snapshot.cluster.type !== 'lists') throw new Error(`nobody speaks in ${name}`);
	change(snapshot.cluster.lists, snapshot);
	return snapshot;
}

const first = <T>(list: T[]): T => {
	const [item] = list;
	if (item === undefined) throw new Error('an empty list');
	return item;
};

const service = (parts: (recorded: Service) => Partial<Service>) =>
	first(
		reduce(
			changed('service-running', (lists) => {
				const only = first(lists.services);
				lists.services = [{ ...only, ...parts(only) }];
			}),
		).services,
	);

test('an image is told without its digest', () => {
	const digest = `sha256:${'a'.repeat(64)}`;
	const pinned = service(({ Spec }) => ({
		Spec: { ...Spec, TaskTemplate: { ContainerSpec: { Image: `nginx:1.29@${digest}` } } },
	}));
	expect(pinned.image).toBe('nginx:1.29');
});

test('a service of which Docker says hardly anything', () => {
	expect(service(() => ({ Spec: undefined, Endpoint: undefined, ServiceStatus: undefined }))).toMatchObject({
		name: expect.stringMatching(/^\w{25}$/),
		mode: 'replicated',
		image: '',
		ports: [],
	});
});

test('a replicated service of which the count is not written wants one', () => {
	expect(service(({ Spec }) => ({ Spec: { ...Spec, Mode: { Replicated: {} } } })).replicas).toBe(1);
	expect(service(({ Spec }) => ({ Spec: { ...Spec, Mode: { Replicated: { Replicas: 0 } } } })).replicas).toBe(0);
});

test('jobs', () => {
	const job = (Mode: object) =>
		service(({ Spec }) => ({ Spec: { ...Spec, Mode }, ServiceStatus: { DesiredTasks: 2 } }));
	expect(job({ ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 5 } })).toMatchObject({
		mode: 'replicated-job',
		replicas: 5,
	});
	expect(job({ GlobalJob: {} })).toMatchObject({ mode: 'global-job', replicas: 2 });
});

test('networks written where old engines wrote them', () => {
	const old = service(({ Spec }) => ({
		Spec: { ...Spec, TaskTemplate: { ...Spec?.TaskTemplate, Networks: undefined }, Networks: [{ Target: 'gone' }] },
	}));
	expect(old.networks).toEqual(['gone']);
});

test('ports of other kinds', () => {
	const ports = [
		{ Protocol: 'udp', TargetPort: 53, PublishedPort: 5353, PublishMode: 'host' },
		{ Protocol: 'sctp', TargetPort: 9, PublishedPort: 9 },
		{ TargetPort: 80 },
	];
	expect(service(() => ({ Endpoint: { Ports: ports } })).ports).toEqual([
		{ published: 5353, target: 53, protocol: 'udp', mode: 'host' },
		{ published: 9, target: 9, protocol: 'sctp', mode: 'ingress' },
		{ published: 0, target: 80, protocol: 'tcp', mode: 'ingress' },
	]);
});

test('a global service that has no tasks yet wants one for each eligible node', () => {
	const fresh = (constraints: string[], nodes = (list: SwarmNode[]) => list) =>
		first(
			reduce(
				changed('global', (lists) => {
					const only = first(lists.services);
					const TaskTemplate = { ...only.Spec?.TaskTemplate, Placement: { Constraints: constraints } };
					lists.services = [{ ...only, ServiceStatus: { DesiredTasks: 0 }, Spec: { ...only.Spec, TaskTemplate } }];
					lists.tasks = [];
					lists.nodes = nodes(lists.nodes);
				}),
			).services,
		).replicas;
	expect(fresh([])).toBe(3);
	expect(fresh(['node.role==worker'])).toBe(2);
	expect(fresh(['node.role != worker'])).toBe(1);
	expect(fresh(['node.hostname==worker1', 'node.role==worker'])).toBe(1);
	expect(fresh(['node.labels.disk==ssd'])).toBe(0);
	expect(fresh(['node.labels.disk!=ssd'])).toBe(3);
	expect(fresh(['node.platform.os==Linux'])).toBe(3);
	expect(fresh(['engine.labels.x==y'])).toBe(0);
	expect(fresh(['nonsense'])).toBe(0);
	const drained = (list: SwarmNode[]) =>
		list.map((node, index) => (index === 0 ? { ...node, Spec: { ...node.Spec, Availability: 'drain' } } : node));
	expect(fresh([], drained)).toBe(2);
	const down = (list: SwarmNode[]) =>
		list.map((node, index) => (index === 0 ? { ...node, Status: { State: 'down' } } : node));
	expect(fresh([], down)).toBe(2);
});

test('tasks of a service that is gone are left out', () => {
	const state = reduce(
		changed('service-scaled', (lists) => {
			lists.services = [];
		}),
	);
	expect(state.tasks).toEqual([]);
});

test('a task on a node that was removed is named after the node’s ID', () => {
	const state = reduce(
		changed('service-running', (lists) => {
			lists.tasks = lists.tasks.map((task) => ({ ...task, NodeID: 'gone' }));
		}),
	);
	expect(state.tasks[0]?.node).toBe('gone');
});

test('tasks are ordered by service, slot, then newest first', () => {
	const task = (parts: Partial<Task>): Task => ({ ID: `${parts.Slot}-${parts.CreatedAt}`, ...parts });
	const state = reduce(
		changed('service-running', (lists) => {
			const ServiceID = first(lists.services).ID;
			lists.tasks = [
				task({ ServiceID, Slot: 10, CreatedAt: '2026-01-01' }),
				task({ ServiceID, Slot: 2, CreatedAt: '2026-01-01' }),
				task({ ServiceID, Slot: 2, CreatedAt: '2026-01-02' }),
			];
		}),
	);
	expect(state.tasks.map((each) => each.id)).toEqual(['2-2026-01-02', '2-2026-01-01', '10-2026-01-01']);
});

test('lists that Docker sends as null', () => {
	const state = reduce(
		changed('network-secret-config', (lists) => {
			for (const network of lists.networks) Object.assign(network, { IPAM: { Config: null }, Options: null });
			for (const each of lists.services) Object.assign(each, { Endpoint: { Ports: null }, UpdateStatus: null });
			for (const node of lists.nodes) Object.assign(node, { ManagerStatus: null });
		}),
	);
	expect(state.networks.every((network) => network.subnets.length === 0 && !network.encrypted)).toBe(true);
	expect(state.nodes.some((node) => node.leader)).toBe(false);
});

test('"encrypted=false" is not encrypted', () => {
	const state = reduce(
		changed('network-secret-config', (lists) => {
			for (const network of lists.networks) network.Options = { encrypted: 'false' };
		}),
	);
	expect(state.networks.some((network) => network.encrypted)).toBe(false);
});

test('words that a newer Docker may use are left out rather than passed on', () => {
	const state = reduce(
		changed('formed', (lists) => {
			for (const node of lists.nodes) {
				node.Spec = { Role: 'witness', Availability: 'asleep' };
				node.Status = { State: 'dreaming' };
			}
		}),
	);
	expect(state.nodes[0]).not.toHaveProperty('role');
	expect(state.nodes[0]).not.toHaveProperty('status');
	expect(state.nodes[0]).toMatchObject({ swarm: 'active' });
});

const worker1 = (name: string, nodes: (list: SwarmNode[], snapshot: Snapshot) => SwarmNode[]) =>
	reduce(
		changed(name, (lists, snapshot) => {
			lists.nodes = nodes(lists.nodes, snapshot);
		}),
	).nodes.filter((node) => node.name === 'worker1');

test('of two entries with one hostname, the node itself says which it is', () => {
	const twice = worker1('formed', (list) =>
		list.flatMap((node) => {
			if (node.Description?.Hostname !== 'worker1') return [node];
			return [{ ...node, ID: 'newer', CreatedAt: '2099-01-01T00:00:00Z' }, node];
		}),
	);
	expect(twice).toHaveLength(2);
	expect(twice[0]?.id).not.toBe('newer');
	expect(twice[0]?.engine).toBe('up');
	expect(twice[1]).toMatchObject({ id: 'newer', engine: 'down' });
});

test('when it cannot be asked, the ready entry is it, or else the newest', () => {
	const silent = (states: [string, string]) =>
		worker1('formed', (list, snapshot) => {
			snapshot.nodes = snapshot.nodes.map((view) =>
				view.name === 'worker1' ? { ...view, answer: { reachable: false, reason: 'no answer in 2 s' } } : view,
			);
			return list.flatMap((node) => {
				if (node.Description?.Hostname !== 'worker1') return [node];
				const entry = (ID: string, CreatedAt: string, State: string) => ({ ...node, ID, CreatedAt, Status: { State } });
				return [entry('old', '2026-01-01T00:00:00Z', states[0]), entry('new', '2026-02-01T00:00:00Z', states[1])];
			});
		}).map((node) => node.id);
	expect(silent(['ready', 'down'])).toEqual(['old', 'new']);
	expect(silent(['down', 'down'])).toEqual(['new', 'old']);
	expect(silent(['ready', 'ready'])).toEqual(['new', 'old']);
});

test('nodes that only the managers know come last', () => {
	const state = reduce(
		changed('formed', (lists) => {
			const node = first(lists.nodes);
			lists.nodes.unshift({
				...node,
				ID: 'x',
				Description: { Hostname: 'attic' },
				Status: { State: 'ready', Addr: '10.0.0.9' },
			});
		}),
	);
	expect(state.nodes.map((node) => node.name)).toEqual(['manager1', 'worker1', 'worker2', 'attic']);
	expect(state.nodes[3]).toMatchObject({ engine: 'down', address: '10.0.0.9', status: 'ready' });
});
