// What network, secret, config and stack checks say of what they see.
import { expect, test } from 'vitest';
import type { StateCheck } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import { evaluate } from '#runner/checks/evaluate.ts';
import { formed, network, service, task, unformed } from './cluster-of.ts';

const because = (check: StateCheck, state: ClusterState) => evaluate(check, state).because;

test.each([
	[{ network: 'shop' }, 'networks'],
	[{ secret: 'key' }, 'secrets'],
	[{ config: 'conf' }, 'configs'],
	[{ stack: 'shop' }, 'stacks'],
])('%o needs a swarm with a leader', (check, things) => {
	expect(evaluate(check, unformed())).toEqual({ verdict: 'not-yet', because: 'There is no swarm yet.' });
	expect(evaluate(check, formed({ swarm: 'no-leader' }))).toEqual({
		verdict: 'cannot-tell',
		because: `The managers have no leader, so ${things} cannot be seen.`,
	});
});

test('a network, by its kind', () => {
	const state = formed({ networks: [network()] });
	expect(evaluate({ network: 'shop', driver: 'overlay', attachable: false, encrypted: false }, state)).toEqual({
		verdict: 'pass',
		because: 'shop is a network of the swarm, driver overlay.',
	});
	expect(because({ network: 'shop', attachable: true, encrypted: true }, state)).toBe(
		'shop is not attachable; shop is not encrypted.',
	);
	expect(because({ network: 'shop', driver: 'macvlan' }, state)).toBe(
		'the driver of shop is overlay instead of macvlan.',
	);
	expect(because({ network: 'back' }, state)).toBe('The swarm has no network named back yet.');
	expect(because({ network: 'shop', absent: true }, state)).toBe('There is still a network named shop.');
	expect(evaluate({ network: 'back', absent: true }, state).verdict).toBe('pass');
});

test.each(['secret', 'config'] as const)('a %s, and who uses it', (kind) => {
	const check = (parts: object = {}) => ({ [kind]: 'key', ...parts }) as object as StateCheck;
	const kept = formed({ [`${kind}s`]: [{ id: '1', name: 'key' }], services: [service({ name: 'api' })] });
	const used = formed({
		[`${kind}s`]: [{ id: '1', name: 'key' }],
		services: [service({ name: 'api', [`${kind}s`]: ['key'] })],
	});
	expect(because(check(), formed())).toBe(`There is no ${kind} named key yet.`);
	expect(because(check(), kept)).toBe(`The swarm keeps the ${kind} key.`);
	expect(because(check({ usedBy: 'api' }), kept)).toBe(`api does not use the ${kind} key.`);
	expect(because(check({ usedBy: 'web' }), kept)).toBe('There is no service named web yet; the only service is api.');
	expect(evaluate(check({ usedBy: 'api' }), used)).toEqual({ verdict: 'pass', because: `api uses the ${kind} key.` });
	expect(because(check({ absent: true }), kept)).toBe(`There is still a ${kind} named key.`);
	expect(evaluate(check({ absent: true }), formed()).verdict).toBe('pass');
});

const shop = (running: number) =>
	formed({
		services: [
			service({ name: 'shop_api', stack: 'shop', replicas: 1, running: 1 }),
			service({ name: 'shop_web', stack: 'shop', replicas: 2, running }),
		],
		tasks: [
			task(2, 'worker2', { service: 'shop_web', name: 'shop_web.2', state: 'rejected', error: 'No such image: web' }),
		],
		stacks: [{ name: 'shop', services: ['shop_api', 'shop_web'] }],
	});

test('a stack and its services', () => {
	expect(evaluate({ stack: 'shop', services: ['web', 'api'], running: 'all' }, shop(2))).toEqual({
		verdict: 'pass',
		because: 'The stack shop has shop_api and shop_web.',
	});
	expect(because({ stack: 'shop', services: ['web', 'db', 'cache'] }, shop(2))).toBe(
		'the stack shop has no db and cache.',
	);
	expect(because({ stack: 'shop', running: 'all' }, shop(1))).toBe(
		'shop_web: 1 of 2 replicas run, shop_web.2 was rejected on worker2: No such image: web.',
	);
	expect(because({ stack: 'store' }, shop(2))).toBe('There is no stack named store yet.');
});

test('a stack that is gone', () => {
	expect(because({ stack: 'shop', absent: true }, shop(2))).toBe('The stack shop still has shop_api and shop_web.');
	expect(because({ stack: 'store', absent: true }, shop(2))).toBe('There is no stack named store.');
});

test('a job of a stack need not keep running', () => {
	const jobs = [service({ name: 'shop_seed', stack: 'shop', mode: 'replicated-job', replicas: 1, running: 0 })];
	expect(evaluate({ stack: 'shop', running: 'all' }, formed({ services: jobs })).verdict).toBe('pass');
});
