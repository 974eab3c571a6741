// Fixtures: snapshots recorded from real swarms (`record.ts`), and a short way to tell what a state says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterState } from '#contract/cluster.ts';
import type { Snapshot } from '#runner/cluster/snapshot.ts';
import { reduce } from '#runner/cluster/state.ts';

export function recorded(name: string): Snapshot {
	// Written by record.ts, from a Snapshot.
	return JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8')) as Snapshot;
}

export const stateOf = (name: string): ClusterState => reduce(recorded(name));

/** A state in a few lines, as one would tell it; IDs and times differ from recording to recording and are left out. */
export function told(state: ClusterState): string {
	const nodes = state.nodes.map((node) => {
		const facts = [
			node.role,
			node.status,
			node.availability === 'active' ? undefined : node.availability,
			node.reachability,
		];
		const labels = Object.entries(node.labels).map(([key, value]) => `${key}=${value}`);
		const told = [...facts, node.leader ? 'leader' : undefined, ...labels].filter((fact) => fact !== undefined);
		return `${node.name} (engine ${node.engine}, swarm ${node.swarm}) ${told.join(' ')}`.trim();
	});
	const services = state.services.map((service) => {
		const ports = service.ports.map((port) => `${port.published}->${port.target}/${port.protocol} ${port.mode}`);
		const uses = [
			...service.networks,
			...service.secrets,
			...service.configs,
			service.stack && `stack ${service.stack}`,
		];
		const update = service.update && `update ${service.update.state}`;
		const rest = [...ports, ...uses, update].filter(Boolean);
		return `${service.name} ${service.mode} ${service.running}/${service.replicas} ${service.image} ${rest.join(', ')}`.trim();
	});
	const tasks = state.tasks.map((task) => {
		const name = task.slot === undefined ? `${task.service}.*` : task.name;
		return `  ${name} ${task.state} (wanted ${task.desired})${task.node ? ` on ${task.node}` : ''}${task.error ? `: ${task.error}` : ''}`;
	});
	const networks = state.networks.map((network) => {
		const kinds = [
			network.driver,
			network.attachable && 'attachable',
			network.encrypted && 'encrypted',
			network.ingress && 'ingress',
		];
		return `network ${network.name} ${kinds.filter(Boolean).join(' ')}`;
	});
	const kept = [
		...state.secrets.map((secret) => `secret ${secret.name}${secret.stack ? ` of ${secret.stack}` : ''}`),
		...state.configs.map((config) => `config ${config.name}${config.stack ? ` of ${config.stack}` : ''}`),
		...state.stacks.map((stack) => `stack ${stack.name}: ${stack.services.join(', ')}`),
	];
	const head = `swarm ${state.swarm}${state.autolock ? ', autolock' : ''}`;
	return `\n${[head, ...nodes, ...services, ...tasks, ...networks, ...kept].join('\n')}\n`;
}
