// Steps: which pass, which are worth a probe, and which would pass in a sandbox that nobody has touched.
import { expect, test } from 'vitest';
import type { Check, CheckResult } from '#contract/check.ts';
import { evaluateStep, noProbes, passesUntouched, probesOf, waitsForProbes } from '#runner/checks/steps.ts';
import { formed, goweb, unformed } from './cluster-of.ts';

const http: Check = { http: 'http://manager1:8888/', status: 200 };
const exec: Check = { exec: 'test -e /tmp/x', on: 'worker1', explain: 'There is no file /tmp/x on worker1.' };
const runs: Check = { service: 'goweb', running: 3 };
const pass: CheckResult = { verdict: 'pass', because: 'It is so.' };
const topology = { managers: 1, workers: 2, swarm: 'formed' } as const;

test('a step passes when all its checks do', () => {
	const step = { checks: [runs, { node: 'worker1', role: 'worker' } satisfies Check] };
	expect(evaluateStep(step, goweb(), noProbes).passes).toBe(true);
	expect(evaluateStep(step, formed(), noProbes)).toEqual({
		passes: false,
		checks: [
			{ verdict: 'not-yet', because: 'There is no service named goweb yet.' },
			{ verdict: 'pass', because: 'worker1 is a worker and ready.' },
		],
	});
});

test('a probe that has not been made lets nothing pass', () => {
	expect(evaluateStep({ checks: [runs, http] }, goweb(), noProbes)).toMatchObject({
		passes: false,
		checks: [{ verdict: 'pass' }, { verdict: 'cannot-tell', because: 'Nobody has looked yet.' }],
	});
	expect(evaluateStep({ checks: [runs, http] }, goweb(), (probe) => (probe === http ? pass : undefined)).passes).toBe(
		true,
	);
});

test('probes are found among the checks', () => {
	expect(probesOf({ checks: [runs, http, exec] })).toEqual([http, exec]);
});

test('probes are worth making once nothing else is missing', () => {
	expect(waitsForProbes({ checks: [runs, http] }, formed())).toBe(false);
	expect(waitsForProbes({ checks: [runs, http] }, goweb())).toBe(true);
	expect(waitsForProbes({ checks: [exec] }, formed())).toBe(true);
	expect(waitsForProbes({ checks: [runs] }, goweb())).toBe(false);
	expect(waitsForProbes({ checks: [http, runs] }, unformed())).toBe(false);
});

test('what a fresh sandbox fulfils already', () => {
	expect(passesUntouched({ checks: [{ service: 'goweb', absent: true }] }, topology)).toBe(true);
	expect(passesUntouched({ checks: [{ swarm: 'formed', workers: 2 }] }, topology)).toBe(true);
	expect(passesUntouched({ checks: [{ swarm: 'formed' }] }, { ...topology, swarm: 'unformed' })).toBe(false);
	expect(passesUntouched({ checks: [runs] }, topology)).toBe(false);
	expect(passesUntouched({ checks: [http] }, topology)).toBe(false);
});
