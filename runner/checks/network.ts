// Network: is there one of this name, and of this kind?
import type { CheckResult, StateCheck } from '#contract/check.ts';
import type { ClusterNetwork, ClusterState } from '#contract/cluster.ts';
import { toResult } from './result.ts';
import { blindness } from './sight.ts';

type NetworkCheck = Extract<StateCheck, { network: unknown }>;

/** Docker accepts a network whose addresses are taken, lists it, and says nowhere that it will never be one. */
export const isMade = (network: ClusterNetwork) => network.driver !== '';
export const whyNotMade = 'another network probably has its subnet';

export function evaluateNetwork(check: NetworkCheck, state: ClusterState): CheckResult {
	const blind = blindness(state, 'networks');
	if (blind) return blind;
	const network = state.networks.find((candidate) => candidate.name === check.network);
	if (check.absent) {
		const reasons = network ? [`There is still a network named ${check.network}`] : [];
		return toResult({ reasons, seen: `The swarm has no network named ${check.network}` });
	}
	if (network === undefined) {
		return toResult({ reasons: [`The swarm has no network named ${check.network} yet`], seen: '' });
	}
	if (!isMade(network))
		return toResult({ reasons: [`The swarm could not make ${network.name}: ${whyNotMade}`], seen: '' });
	const reasons: string[] = [];
	if (check.driver !== undefined && network.driver !== check.driver) {
		reasons.push(`the driver of ${network.name} is ${network.driver} instead of ${check.driver}`);
	}
	if (check.attachable !== undefined && network.attachable !== check.attachable) {
		reasons.push(`${network.name} is ${network.attachable ? '' : 'not '}attachable`);
	}
	if (check.encrypted !== undefined && network.encrypted !== check.encrypted) {
		reasons.push(`${network.name} is ${network.encrypted ? '' : 'not '}encrypted`);
	}
	return toResult({ reasons, seen: `${network.name} is a network of the swarm, driver ${network.driver}` });
}
