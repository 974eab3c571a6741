// Placement: whether a node may get a task of a service, as far as its constraints say.
import type { SwarmNode } from './docker-types.ts';

/**
 * Whether a node is ready, active and fulfils every constraint (`node.role==worker`, `node.labels.disk != ssd`).
 * Words and rules as in swarmkit's constraint package; constraints it does not know fulfil nothing there, and nothing here.
 */
export function isEligible(node: SwarmNode, constraints: readonly string[]): boolean {
	const isOpen = node.Status?.State === 'ready' && (node.Spec?.Availability ?? 'active') === 'active';
	return isOpen && constraints.every((constraint) => fulfils(node, constraint));
}

function fulfils(node: SwarmNode, constraint: string): boolean {
	const [, key = '', operator, wanted = ''] = constraint.match(/^\s*([\w.-]+?)\s*(==|!=)\s*(.*?)\s*$/) ?? [];
	const actual = factOf(node, key);
	if (operator === undefined || actual === undefined) return false;
	// swarmkit compares without regard to case, labels included.
	return (actual.toLowerCase() === wanted.toLowerCase()) === (operator === '==');
}

function factOf(node: SwarmNode, key: string): string | undefined {
	if (key.startsWith('node.labels.')) return node.Spec?.Labels?.[key.slice('node.labels.'.length)] ?? '';
	switch (key) {
		case 'node.id':
			return node.ID;
		case 'node.hostname':
			return node.Description?.Hostname ?? '';
		case 'node.role':
			return node.Spec?.Role ?? '';
		case 'node.platform.os':
			return node.Description?.Platform?.OS ?? '';
		case 'node.platform.arch':
			return node.Description?.Platform?.Architecture ?? '';
		default:
			return undefined;
	}
}
