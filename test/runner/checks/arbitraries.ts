// Arbitraries: cluster states and checks of every shape that their schemas allow.
import fc from 'fast-check';
import type { StateCheck } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';

const nodeName = fc.constantFrom('manager1', 'manager2', 'worker1', 'worker2', 'worker3');
const word = fc.constantFrom('goweb', 'api', 'shop', 'shop_web', 'key', 'constructor');
const maybe = <const T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const labels = fc.dictionary(fc.constantFrom('disk', 'zone', 'toString'), fc.constantFrom('ssd', 'hdd'), {
	maxKeys: 2,
});
const small = fc.integer({ min: 0, max: 4 });

export const amount = fc.oneof(small, fc.record({ min: maybe(small), max: maybe(small) }));

const node = fc.record({
	name: nodeName,
	address: fc.constant('10.0.0.2'),
	engine: fc.constantFrom('up', 'down'),
	swarm: fc.constantFrom('none', 'pending', 'active', 'locked', 'error'),
	id: maybe(word),
	role: maybe(fc.constantFrom('manager', 'worker')),
	availability: maybe(fc.constantFrom('active', 'pause', 'drain')),
	status: maybe(fc.constantFrom('ready', 'down', 'unknown', 'disconnected')),
	leader: fc.boolean(),
	reachability: maybe(fc.constantFrom('reachable', 'unreachable', 'unknown')),
	labels,
});

const task = fc.record({
	id: fc.uuid(),
	service: word,
	name: fc.constantFrom('goweb.1', 'goweb.2', 'api.1', 'api.x'),
	slot: maybe(small),
	node: maybe(nodeName),
	desired: fc.constantFrom('running', 'shutdown', 'remove', 'ready', 'complete', ''),
	state: fc.constantFrom(
		'new',
		'pending',
		'preparing',
		'starting',
		'running',
		'complete',
		'failed',
		'rejected',
		'shutdown',
		'orphaned',
		'?',
	),
	error: maybe(fc.string()),
	image: word,
	since: fc.constant('2026-01-01T00:00:00Z'),
});

const port = fc.record({
	published: fc.constantFrom(0, 80, 8888),
	target: fc.constant(80),
	protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
	mode: fc.constantFrom('ingress', 'host'),
});

const service = fc.record({
	id: fc.uuid(),
	name: word,
	image: word,
	mode: fc.constantFrom('replicated', 'global', 'replicated-job', 'global-job'),
	replicas: small,
	running: small,
	ports: fc.array(port, { maxLength: 2 }),
	networks: fc.array(word, { maxLength: 2 }),
	secrets: fc.array(word, { maxLength: 2 }),
	configs: fc.array(word, { maxLength: 2 }),
	stack: maybe(word),
	update: maybe(
		fc.record({ state: fc.constantFrom('updating', 'paused', 'completed', 'new-word'), message: fc.string() }),
	),
	labels,
});

const network = fc.record({
	id: fc.uuid(),
	name: word,
	driver: fc.constantFrom('overlay', 'macvlan'),
	scope: fc.constant('swarm'),
	subnets: fc.array(fc.constant('10.0.1.0/24'), { maxLength: 1 }),
	attachable: fc.boolean(),
	internal: fc.boolean(),
	encrypted: fc.boolean(),
	ingress: fc.boolean(),
});

const named = fc.array(fc.record({ id: fc.uuid(), name: word }), { maxLength: 2 });

export const clusterState: fc.Arbitrary<ClusterState> = fc.record({
	swarm: fc.constantFrom('none', 'formed', 'no-leader', 'unknown'),
	autolock: fc.boolean(),
	nodes: fc.array(node, { maxLength: 4 }),
	services: fc.array(service, { maxLength: 3 }),
	tasks: fc.array(task, { maxLength: 6 }),
	networks: fc.array(network, { maxLength: 2 }),
	secrets: named,
	configs: named,
	stacks: fc.array(fc.record({ name: word, services: fc.array(word, { maxLength: 1 }) }), { maxLength: 1 }),
});

const absent = maybe(fc.constant(true as const));

export const stateCheck: fc.Arbitrary<StateCheck> = fc.oneof(
	fc.record({
		swarm: fc.constantFrom('formed', 'absent'),
		managers: maybe(amount),
		workers: maybe(amount),
		nodes: maybe(amount),
		leader: maybe(nodeName),
		autolock: maybe(fc.boolean()),
	}),
	fc.record({
		node: nodeName,
		role: maybe(fc.constantFrom('manager', 'worker')),
		availability: maybe(fc.constantFrom('active', 'pause', 'drain')),
		status: maybe(fc.constantFrom('ready', 'down', 'unknown', 'disconnected')),
		leader: maybe(fc.boolean()),
		labels: maybe(labels),
		absent,
	}),
	fc.record({
		service: word,
		image: maybe(word),
		mode: maybe(fc.constantFrom('replicated', 'global')),
		replicas: maybe(amount),
		running: maybe(amount),
		nodes: maybe(amount),
		on: maybe(fc.array(nodeName, { maxLength: 2 })),
		notOn: maybe(fc.array(nodeName, { maxLength: 2 })),
		published: maybe(fc.constantFrom(80, 8888)),
		networks: maybe(fc.array(word, { maxLength: 2 })),
		update: maybe(fc.constantFrom('updating', 'paused', 'completed')),
		absent,
	}),
	fc.record({
		network: word,
		driver: maybe(fc.constantFrom('overlay', 'macvlan')),
		attachable: maybe(fc.boolean()),
		encrypted: maybe(fc.boolean()),
		absent,
	}),
	fc.record({ secret: word, usedBy: maybe(word), absent }),
	fc.record({ config: word, usedBy: maybe(word), absent }),
	fc.record({
		stack: word,
		services: maybe(fc.array(word, { maxLength: 2 })),
		running: maybe(fc.constant('all' as const)),
		absent,
	}),
);
