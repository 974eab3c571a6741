// Secret or config: does the swarm keep one of this name, and does a service use it?
import type { CheckResult } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import { toResult } from './result.ts';
import { noSuchService } from './service.ts';
import { blindness } from './sight.ts';

/** Secrets and configs differ in who may read them, not in how they are asked for. */
export function evaluateSecretOrConfig(
	kind: 'secret' | 'config',
	check: { name: string; usedBy?: string | undefined; absent?: true | undefined },
	state: ClusterState,
): CheckResult {
	const blind = blindness(state, `${kind}s`);
	if (blind) return blind;
	const exists = state[`${kind}s`].some((thing) => thing.name === check.name);
	if (check.absent) {
		const reasons = exists ? [`There is still a ${kind} named ${check.name}`] : [];
		return toResult({ reasons, seen: `There is no ${kind} named ${check.name}` });
	}
	if (!exists) return toResult({ reasons: [`There is no ${kind} named ${check.name} yet`], seen: '' });
	if (check.usedBy === undefined) return toResult({ reasons: [], seen: `The swarm keeps the ${kind} ${check.name}` });
	const service = state.services.find((candidate) => candidate.name === check.usedBy);
	if (service === undefined) return toResult({ reasons: [noSuchService(check.usedBy, state)], seen: '' });
	const reasons = service[`${kind}s`].includes(check.name)
		? []
		: [`${service.name} does not use the ${kind} ${check.name}`];
	return toResult({ reasons, seen: `${service.name} uses the ${kind} ${check.name}` });
}
