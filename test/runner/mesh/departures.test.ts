// Who gets no new connection although gossip still has him.
import { describe, expect, test } from 'vitest';
import { departedAfter, stillKnown, unreachable } from '#runner/mesh/departures.ts';
import type { Endpoint } from '#runner/mesh/gossip.ts';

const endpoint = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
	id,
	host: '10.213.0.2',
	task: `web.${id}`,
	service: 'web',
	vip: '10.0.1.2',
	address: '10.0.1.3',
	ports: [],
	disabled: false,
	...more,
});
const ids = (...list: string[]) => new Set(list);

describe('an endpoint departs', () => {
	test('when its own node no longer has it', () => {
		expect(departedAfter(ids(), [endpoint('a'), endpoint('b')], [endpoint('b')])).toEqual(ids('a'));
	});
	test('when its own node has disabled it', () => {
		expect(departedAfter(ids(), [endpoint('a')], [endpoint('a', { disabled: true })])).toEqual(ids('a'));
	});
	test('and is back when its node has it again', () => {
		expect(departedAfter(ids('a'), [], [endpoint('a')])).toEqual(ids());
	});
	test('until nobody remembers it', () => {
		expect(stillKnown(ids('a', 'b'), [[endpoint('a')], []])).toEqual(ids('a'));
	});
});

describe('a node that does not answer', () => {
	const here = endpoint('a');
	const there = endpoint('b', { host: '10.213.0.3' });
	test('serves nothing once it has ended', () => {
		expect(unreachable([here, there], ids('10.213.0.2'), ids())).toEqual(ids('a'));
		expect(unreachable([here], ids('10.213.0.2'), ids())).toEqual(ids('a'));
	});
	test('serves nothing while it is silent, if somebody else can', () => {
		expect(unreachable([here, there], ids(), ids('10.213.0.2'))).toEqual(ids('a'));
	});
	test('goes on serving while it is silent and nobody else can', () => {
		expect(unreachable([here], ids(), ids('10.213.0.2'))).toEqual(ids());
		expect(
			unreachable([here, endpoint('b', { disabled: true, host: '10.213.0.3' })], ids(), ids('10.213.0.2')),
		).toEqual(ids());
		expect(unreachable([here, there], ids('10.213.0.3'), ids('10.213.0.2'))).toEqual(ids('b'));
	});
});
