// Sight: whether the cluster can be seen at all; without that, no check has an answer.
import type { CheckResult } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import { listed } from './amount.ts';
import { cannotTell, notYet } from './result.ts';

/**
 * The answer to any check about the cluster's `things` while no manager speaks for it, or `undefined` when one does.
 * A cluster that cannot be seen is `cannot-tell`; a swarm that does not exist is an observation, hence `not-yet`.
 */
export function blindness(state: ClusterState, things: string): CheckResult | undefined {
	switch (state.swarm) {
		case 'formed':
			return undefined;
		case 'none':
			return notYet('There is no swarm yet');
		case 'unknown':
			return cannotTell(`None of the nodes answers, so ${things} cannot be seen`);
		case 'no-leader':
			return cannotTell(`${speechless(state)}, so ${things} cannot be seen`);
	}
}

/** Why no manager speaks for the cluster. */
export function speechless(state: ClusterState): string {
	const locked = state.nodes.filter((node) => node.swarm === 'locked').map((node) => node.name);
	if (locked.length > 0)
		return `${listed(locked)} ${locked.length === 1 ? 'is' : 'are'} locked and wait${locked.length === 1 ? 's' : ''} for the key`;
	const managers = state.nodes.filter((node) => node.role === 'manager' && node.engine === 'up');
	return managers.length > 0 ? 'The managers have no leader' : 'No manager answers';
}
