// Paper host: a place for sandboxes where nodes are names on paper, for the rules about who may have which and when.
// Real nodes are in sandboxes.engine.test.ts.
import { LabError } from '#contract/errors.ts';
import type { Topology } from '#contract/topology.ts';
import type { ClusterHost, SandboxCluster } from '#runner/sandbox/cluster-access.ts';
import type { SandboxRow, SandboxRows } from '#runner/store/sandbox-rows.ts';

export interface PaperHost extends ClusterHost {
	/** Sandboxes that are there, whole or half made. */
	there: Set<string>;
	/** Called for each `make`; resolves when it is made, rejects when it fails. */
	making: (sandbox: string) => Promise<void>;
	/** Called for each `destroy`. */
	destroying: (sandbox: string) => Promise<void>;
	/** How often each was made. */
	made: string[];
}

export function paperHost(capacity = 10): PaperHost {
	const cluster: SandboxCluster = { nodes: [], [Symbol.asyncDispose]: async () => {} };
	const host: PaperHost = {
		there: new Set(),
		made: [],
		making: async () => {},
		destroying: async () => {},
		async make({ sandbox }, { signal, onStage }) {
			host.made.push(sandbox);
			host.there.add(sandbox);
			onStage({ name: 'network', state: 'running', startedAt: new Date(0).toISOString() });
			try {
				await Promise.race([
					host.making(sandbox),
					new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
				]);
			} catch (error) {
				host.there.delete(sandbox);
				throw error;
			}
			return cluster;
		},
		adopt: async (sandbox) => (host.there.has(sandbox) ? cluster : undefined),
		async destroy(sandbox) {
			await host.destroying(sandbox);
			host.there.delete(sandbox);
		},
		list: async () => [...host.there],
		capacity: async () => capacity,
	};
	return host;
}

export function paperRows(): SandboxRows & { all: Map<string, SandboxRow> } {
	const all = new Map<string, SandboxRow>();
	return {
		all,
		insert: async (row) => void all.set(row.id, row),
		update: async (id, change) => {
			const row = all.get(id);
			if (row) all.set(id, { ...row, ...change });
		},
		remove: async (id) => void all.delete(id),
		list: async () => [...all.values()],
	};
}

export const threeNodes: Topology = { managers: 1, workers: 2, swarm: 'formed' };
export const noSuchImage = new LabError('sandbox.failed', { reason: 'there is no image x' });
