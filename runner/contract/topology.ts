// Topology: how many nodes a sandbox has, and whether their swarm is formed when the learner arrives.
import { z } from 'zod';

export const topologySchema = z
	.strictObject({
		managers: z.int().min(1).max(5).default(1).describe('How many nodes are managers, named manager1, manager2, ...'),
		workers: z.int().min(0).max(6).default(2).describe('How many nodes are workers, named worker1, worker2, ...'),
		swarm: z
			.enum(['formed', 'unformed'])
			.default('formed')
			.describe('"formed": the nodes are one swarm already. "unformed": the learner makes it.'),
	})
	.refine((topology) => topology.managers + topology.workers <= 7, {
		error: 'a topology has at most 7 nodes',
	});
export type Topology = z.infer<typeof topologySchema>;

/** A node's name is also its hostname: `manager1`, `worker2`. */
export const nodeNameSchema = z
	.string()
	.regex(/^(manager|worker)[1-9]$/, 'a node is named manager1, manager2, ... or worker1, worker2, ...');

/** The node names of a topology, managers first: `['manager1', 'worker1', 'worker2']`. */
export function nodeNames(topology: Topology): string[] {
	const numbered = (role: string, count: number) => Array.from({ length: count }, (_, index) => `${role}${index + 1}`);
	return [...numbered('manager', topology.managers), ...numbered('worker', topology.workers)];
}
