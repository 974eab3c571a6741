// Steps: a lesson's steps evaluated against one cluster state. Pure.
import type { Check, CheckResult, Probe, StateCheck } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import type { Step } from '#contract/lesson.ts';
import type { Topology } from '#contract/topology.ts';
import { freshState } from '#runner/cluster/fresh-state.ts';
import { evaluate } from './evaluate.ts';
import { cannotTell } from './result.ts';

/** What a step looks like right now. It passes when all its checks do, at the same moment. */
export interface StepResult {
	passes: boolean;
	/** In the order of the frontmatter. */
	checks: CheckResult[];
}

/** What a probe found in this very state of the cluster; `undefined` while it has not been made. */
export type ProbeResults = (probe: Probe) => CheckResult | undefined;

export const noProbes: ProbeResults = () => undefined;

export function isProbe(check: Check): check is Probe {
	return 'http' in check || 'exec' in check;
}

export function probesOf(step: Pick<Step, 'checks'>): Probe[] {
	return step.checks.filter(isProbe);
}

/** Evaluates every check of a step; one that fails does not hide the others. */
export function evaluateStep(step: Pick<Step, 'checks'>, state: ClusterState, probes: ProbeResults): StepResult {
	const checks = step.checks.map((check) => {
		if (isProbe(check)) return probes(check) ?? cannotTell('Nobody has looked yet');
		return evaluate(check satisfies StateCheck, state);
	});
	return { passes: checks.every((result) => result.verdict === 'pass'), checks };
}

/** True when nothing but probes keeps the step from passing: then, and only then, are they worth making. */
export function waitsForProbes(step: Pick<Step, 'checks'>, state: ClusterState): boolean {
	const states = step.checks.filter((check) => !isProbe(check));
	return states.length < step.checks.length && evaluateStep({ checks: states }, state, noProbes).passes;
}

/**
 * True when a fresh sandbox passes the step before anybody has touched it, as "goweb is gone" does where goweb never was.
 * Such a step must be seen unfulfilled first. Probes are taken to fail: a fresh sandbox answers nothing.
 */
export function passesUntouched(step: Pick<Step, 'checks'>, topology: Topology): boolean {
	return evaluateStep(step, freshState(topology), noProbes).passes;
}
