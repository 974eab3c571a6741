// Evaluate: a check and a cluster state -> pass, not yet or cannot tell, and why. Pure, and total: it never throws.
import type { CheckResult, StateCheck } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import { evaluateNetwork } from './network.ts';
import { evaluateNode } from './node.ts';
import { evaluateSecretOrConfig } from './secret-or-config.ts';
import { evaluateService } from './service.ts';
import { evaluateStack } from './stack.ts';
import { evaluateSwarm } from './swarm.ts';

/**
 * What is seen, measured against what the check states. The explanation says what is seen and its cause, never what to
 * type, and never that somebody is wrong: a cluster that cannot be looked at is `cannot-tell`.
 */
export function evaluate(check: StateCheck, state: ClusterState): CheckResult {
	if ('swarm' in check) return evaluateSwarm(check, state);
	if ('node' in check) return evaluateNode(check, state);
	if ('service' in check) return evaluateService(check, state);
	if ('network' in check) return evaluateNetwork(check, state);
	if ('secret' in check) return evaluateSecretOrConfig('secret', { ...check, name: check.secret }, state);
	if ('config' in check) return evaluateSecretOrConfig('config', { ...check, name: check.config }, state);
	return evaluateStack(check, state);
}
