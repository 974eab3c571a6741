// Swarm: is there one, and who is in it?
import type { CheckResult, StateCheck } from '#contract/check.ts';
import type { ClusterNode, ClusterState } from '#contract/cluster.ts';
import { counted, inWords, listed, matches } from './amount.ts';
import { outsideReason } from './node.ts';
import { cannotTell, toResult } from './result.ts';
import { blindness, speechless } from './sight.ts';

type SwarmCheck = Extract<StateCheck, { swarm: unknown }>;

export function evaluateSwarm(check: SwarmCheck, state: ClusterState): CheckResult {
	return check.swarm === 'absent' ? evaluateAbsence(state) : evaluateFormed(check, state);
}

function evaluateAbsence(state: ClusterState): CheckResult {
	const members = state.nodes.filter((node) => node.engine === 'up' && node.swarm !== 'none').map((node) => node.name);
	if (members.length > 0) {
		const reason = `${listed(members)} ${members.length === 1 ? 'is' : 'are'} still part of a swarm`;
		return toResult({ reasons: [reason], seen: '' });
	}
	const silent = state.nodes.filter((node) => node.engine === 'down').map((node) => node.name);
	if (silent.length > 0) return cannotTell(`${listed(silent)} ${silent.length === 1 ? 'does' : 'do'} not answer`);
	return toResult({ reasons: [], seen: 'No node is part of a swarm' });
}

function evaluateFormed(check: SwarmCheck, state: ClusterState): CheckResult {
	if (state.swarm === 'no-leader') return cannotTell(`A swarm exists, but ${lowerFirst(speechless(state))}`);
	const blind = blindness(state, 'the swarm');
	if (blind) return blind;

	const ready = state.nodes.filter((node) => node.status === 'ready');
	const managers = ready.filter((node) => node.role === 'manager' && node.reachability === 'reachable');
	const workers = ready.filter((node) => node.role === 'worker');
	const leader = state.nodes.find((node) => node.leader)?.name;
	const reasons: string[] = [];

	const expect = (amount: typeof check.nodes, found: ClusterNode[], noun: string, what: string) => {
		if (amount === undefined || matches(amount, found.length)) return;
		reasons.push(
			`${counted(found.length, noun)} ${found.length === 1 ? 'is' : 'are'} ${what} instead of ${inWords(amount)}`,
		);
	};
	expect(check.managers, managers, 'manager', 'reachable');
	expect(check.workers, workers, 'worker', 'ready');
	expect(check.nodes, ready, 'node', 'ready');
	// Who is missing is the cause, when somebody is.
	if (reasons.length > 0) reasons.push(...missing(state));

	if (check.leader !== undefined && leader !== check.leader) {
		reasons.push(leader === undefined ? 'no manager leads' : `${leader} leads instead of ${check.leader}`);
	}
	if (check.autolock !== undefined && state.autolock !== check.autolock) {
		reasons.push(check.autolock ? 'autolock is off' : 'autolock is on');
	}
	return toResult({
		reasons,
		seen: `The swarm has ${counted(managers.length, 'reachable manager')} and ${counted(workers.length, 'ready worker')}`,
	});
}

/** Which nodes are not there. A node that joined again is listed twice; the first entry is the one that counts. */
function missing(state: ClusterState): string[] {
	const latest = [...Map.groupBy(state.nodes, (node) => node.name).values()].flatMap((nodes) => nodes.slice(0, 1));
	return latest.flatMap((node) => {
		const reason = outsideReason(node) ?? absenceReason(node);
		return reason === undefined ? [] : [reason];
	});
}

function absenceReason({ name, status }: ClusterNode): string | undefined {
	if (status === 'ready') return undefined;
	return status === 'unknown' ? `the managers wait for word from ${name}` : `${name} is ${status}`;
}

function lowerFirst(text: string): string {
	return text.replace(/^(The|No) /, (word) => word.toLowerCase());
}
