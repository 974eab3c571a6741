// Cluster state: Shoal's typed view of one sandbox's swarm, the one source for checks, page and API.
import { z } from 'zod';

export const clusterNodeSchema = z.strictObject({
	name: z.string().describe('The node’s hostname in the sandbox: manager1.'),
	address: z.string().describe('IPv4 address on the sandbox network.'),
	engine: z.enum(['up', 'down']).describe('Whether the node’s own Docker Engine answers.'),
	swarm: z
		.enum(['none', 'pending', 'active', 'locked', 'error'])
		.describe('What the node says of itself: is it part of a swarm?'),
	id: z.string().optional().describe('Swarm node ID, once it is in a swarm.'),
	role: z.enum(['manager', 'worker']).optional(),
	availability: z.enum(['active', 'pause', 'drain']).optional(),
	status: z.enum(['ready', 'down', 'unknown', 'disconnected']).optional().describe('What the managers think.'),
	leader: z.boolean().default(false),
	reachability: z.enum(['reachable', 'unreachable', 'unknown']).optional().describe('Managers only.'),
	platform: z.strictObject({ os: z.string(), architecture: z.string() }).optional(),
	labels: z.record(z.string(), z.string()).default({}),
});
export type ClusterNode = z.infer<typeof clusterNodeSchema>;

export const clusterTaskSchema = z.strictObject({
	id: z.string(),
	service: z.string().describe('Service name.'),
	name: z.string().describe('As `docker service ps` prints it: goweb.1, or goweb.<node ID> when global.'),
	slot: z.int().optional(),
	node: z.string().optional().describe('Node name, once the scheduler has placed it.'),
	desired: z.string().describe('Swarm’s desired state: running, shutdown, remove, complete.'),
	state: z.string().describe('Swarm’s state: new, pending, assigned, preparing, running, failed, rejected, ...'),
	error: z.string().optional().describe('Status.Err, in Swarm’s own words.'),
	image: z.string(),
	containerId: z.string().optional(),
	since: z.string().describe('ISO time of the state.'),
});
export type ClusterTask = z.infer<typeof clusterTaskSchema>;

export const clusterServiceSchema = z.strictObject({
	id: z.string(),
	name: z.string(),
	image: z.string().describe('Without the digest.'),
	mode: z.enum(['replicated', 'global', 'replicated-job', 'global-job']),
	replicas: z.int().describe('How many tasks it wants: the replica count, or one per eligible node when global.'),
	running: z.int().describe('Tasks whose state and desired state are both running.'),
	ports: z.array(
		z.strictObject({
			published: z.int(),
			target: z.int(),
			protocol: z.enum(['tcp', 'udp', 'sctp']),
			mode: z.enum(['ingress', 'host']),
		}),
	),
	networks: z.array(z.string()).describe('Network names.'),
	secrets: z.array(z.string()),
	configs: z.array(z.string()),
	stack: z.string().optional(),
	update: z.strictObject({ state: z.string(), message: z.string() }).optional(),
	labels: z.record(z.string(), z.string()),
});
export type ClusterService = z.infer<typeof clusterServiceSchema>;

export const clusterNetworkSchema = z.strictObject({
	id: z.string(),
	name: z.string(),
	driver: z.string().describe('Empty when the swarm could not make the network.'),
	scope: z.string(),
	subnets: z.array(z.string()),
	attachable: z.boolean(),
	internal: z.boolean(),
	encrypted: z.boolean(),
	ingress: z.boolean(),
});
export type ClusterNetwork = z.infer<typeof clusterNetworkSchema>;

const named = z.strictObject({ id: z.string(), name: z.string(), stack: z.string().optional() });

export const clusterStateSchema = z.strictObject({
	swarm: z
		.enum(['none', 'formed', 'no-leader', 'unknown'])
		.describe('"no-leader": managers exist but none can speak for the cluster. "unknown": no node could be asked.'),
	swarmId: z.string().optional(),
	autolock: z.boolean().default(false),
	nodes: z
		.array(clusterNodeSchema)
		.describe('In topology order; nodes the managers know but the topology does not come last.'),
	services: z.array(clusterServiceSchema).describe('By name.'),
	tasks: z.array(clusterTaskSchema).describe('By service, slot, then newest first; history included.'),
	networks: z.array(clusterNetworkSchema).describe('Swarm-scoped networks, by name.'),
	secrets: z.array(named),
	configs: z.array(named),
	stacks: z.array(z.strictObject({ name: z.string(), services: z.array(z.string()) })),
});
export type ClusterState = z.infer<typeof clusterStateSchema>;
