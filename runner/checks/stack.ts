// Stack: are its services there, and do they all run?
import type { CheckResult, StateCheck } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import { listed } from './amount.ts';
import { toResult } from './result.ts';
import { proportion } from './service.ts';
import { blindness } from './sight.ts';
import { taskTroubles } from './task-trouble.ts';

type StackCheck = Extract<StateCheck, { stack: unknown }>;

export function evaluateStack(check: StackCheck, state: ClusterState): CheckResult {
	const blind = blindness(state, 'stacks');
	if (blind) return blind;
	const services = state.services.filter((service) => service.stack === check.stack);
	if (check.absent) {
		const reasons =
			services.length > 0 ? [`The stack ${check.stack} still has ${listed(services.map(({ name }) => name))}`] : [];
		return toResult({ reasons, seen: `There is no stack named ${check.stack}` });
	}
	if (services.length === 0) return toResult({ reasons: [`There is no stack named ${check.stack} yet`], seen: '' });

	const reasons: string[] = [];
	const names = new Set(services.map((service) => service.name));
	const lacking = (check.services ?? []).filter((name) => !names.has(`${check.stack}_${name}`));
	if (lacking.length > 0) reasons.push(`the stack ${check.stack} has no ${listed(lacking)}`);
	if (check.running === 'all') {
		// A job is over when it has run; it has no number of tasks to keep running.
		const behind = services.filter((service) => !service.mode.endsWith('-job') && service.running < service.replicas);
		for (const service of behind)
			reasons.push([`${service.name}: ${proportion(service)}`, ...taskTroubles(service, state)].join(', '));
	}
	return toResult({ reasons, seen: `The stack ${check.stack} has ${listed(services.map((service) => service.name))}` });
}
