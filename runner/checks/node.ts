// Node: is it part of the swarm, and as what?
import type { CheckResult, StateCheck } from '#contract/check.ts';
import type { ClusterNode, ClusterState } from '#contract/cluster.ts';
import { listed } from './amount.ts';
import { toResult } from './result.ts';
import { blindness } from './sight.ts';

type NodeCheck = Extract<StateCheck, { node: unknown }>;

export function evaluateNode(check: NodeCheck, state: ClusterState): CheckResult {
	const blind = blindness(state, check.node);
	if (blind) return blind;
	const node = state.nodes.find((candidate) => candidate.name === check.node);
	if (check.absent) return evaluateAbsence(check.node, state);
	if (node === undefined) return toResult({ reasons: [`There is no node named ${check.node}`], seen: '' });
	const outside = outsideReason(node);
	return toResult({ reasons: outside ? [outside] : memberReasons(check, node, state), seen: describe(node) });
}

/** Why a node is no member of the swarm that the managers speak for, or `undefined` when it is one. */
export function outsideReason(node: ClusterNode): string | undefined {
	switch (node.swarm) {
		case 'pending':
			return `${node.name} is joining the swarm`;
		case 'error':
			return `${node.name} tried to join a swarm and could not`;
		case 'locked':
			return `${node.name} is locked and waits for the key`;
		case 'none':
			if (node.engine === 'down') return `${node.name} does not answer`;
			return node.status === undefined ? `${node.name} has not joined the swarm` : `${node.name} has left the swarm`;
		case 'active':
			// A member by its own account whom the managers do not know.
			return node.status === undefined ? `${node.name} is in another swarm` : undefined;
	}
}

function evaluateAbsence(name: string, state: ClusterState): CheckResult {
	const known = state.nodes.filter((node) => node.name === name && node.status !== undefined);
	const reasons = known.slice(0, 1).map((node) => `${name} is still in the managers’ list, as ${node.status}`);
	return toResult({ reasons, seen: `${name} is not part of the swarm` });
}

function memberReasons(check: NodeCheck, node: ClusterNode, state: ClusterState): string[] {
	const reasons: string[] = [];
	if (check.status !== undefined && node.status !== check.status) {
		reasons.push(`${node.name} is ${node.status} instead of ${check.status}`);
	}
	if (check.role !== undefined && node.role !== check.role) {
		reasons.push(`${node.name} is a ${node.role ?? 'node'} instead of a ${check.role}`);
	}
	if (check.availability !== undefined && node.availability !== check.availability) {
		reasons.push(
			`the availability of ${node.name} is ${node.availability ?? 'unknown'} instead of ${check.availability}`,
		);
	}
	if (check.leader !== undefined && node.leader !== check.leader) {
		const leader = state.nodes.find((candidate) => candidate.leader)?.name;
		if (node.leader) reasons.push(`${node.name} still leads`);
		else reasons.push(leader ? `${leader} leads instead of ${node.name}` : `${node.name} does not lead`);
	}
	for (const [key, value] of Object.entries(check.labels ?? {})) {
		const reason = labelReason(node, key, value, state);
		if (reason) reasons.push(reason);
	}
	return reasons;
}

function labelReason(node: ClusterNode, key: string, value: string, state: ClusterState): string | undefined {
	const actual = Object.hasOwn(node.labels, key) ? node.labels[key] : undefined;
	if (actual === value) return undefined;
	if (actual !== undefined) return `the label ${key} of ${node.name} is "${actual}" instead of "${value}"`;
	const others = state.nodes
		.filter((other) => other !== node && other.labels[key] === value)
		.map((other) => other.name);
	const elsewhere = others.length > 0 ? `, ${listed(others)} ${others.length === 1 ? 'has' : 'have'} one` : '';
	return `${node.name} has no label ${key}${elsewhere}`;
}

function describe(node: ClusterNode): string {
	const availability = (node.availability ?? 'active') === 'active' ? '' : `, availability ${node.availability}`;
	return `${node.name} is a ${node.role ?? 'node'} and ${node.status}${node.leader ? ', and it leads' : ''}${availability}`;
}
