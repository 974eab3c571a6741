import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freeSubnet, nodeAddress, subnetCount } from '#runner/sandbox/subnets.ts';

const pool = '10.213.0.0/16';

describe('subnets', () => {
	test('are taken from the lowest on', () => {
		expect(freeSubnet(pool, [])).toBe('10.213.0.0/28');
		expect(freeSubnet(pool, ['10.213.0.0/28'])).toBe('10.213.0.16/28');
		expect(freeSubnet(pool, ['10.213.0.16/28'])).toBe('10.213.0.0/28');
		expect(freeSubnet(pool, ['10.213.0.16/28', '10.213.0.0/28'])).toBe('10.213.0.32/28');
	});

	test('keep clear of networks of every size, above, below and across', () => {
		expect(freeSubnet(pool, ['10.0.0.0/8'])).toBeUndefined();
		expect(freeSubnet(pool, ['10.213.0.0/24'])).toBe('10.213.1.0/28');
		expect(freeSubnet(pool, ['10.213.0.4/30'])).toBe('10.213.0.16/28');
		expect(freeSubnet(pool, ['10.212.0.0/16', '172.17.0.0/16', '', 'fd00::/64'])).toBe('10.213.0.0/28');
	});

	test('are enough for 200 sandboxes and many more, all different, until the pool is empty', () => {
		const taken: string[] = [];
		for (let subnet = freeSubnet('10.213.0.0/20', taken); subnet; subnet = freeSubnet('10.213.0.0/20', taken)) {
			taken.push(subnet);
		}
		expect(taken.length).toBe(256);
		expect(new Set(taken).size).toBe(256);
		expect(taken.at(-1)).toBe('10.213.15.240/28');
		expect(subnetCount(pool)).toBe(4096);
	});

	test('never overlap what is taken, and are found whenever one is free', () => {
		const network = fc.record({ third: fc.nat(3), fourth: fc.nat(255), bits: fc.integer({ min: 24, max: 32 }) });
		fc.assert(
			fc.property(fc.array(network, { maxLength: 40 }), (networks) => {
				const taken = networks.map(({ third, fourth, bits }) => `10.213.${third}.${fourth}/${bits}`);
				const busy = new Set<number>();
				for (const { third, fourth, bits } of networks) {
					const size = 2 ** (32 - bits);
					const first = Math.floor((third * 256 + fourth) / size) * size;
					for (let address = first; address < first + size; address++) busy.add(Math.floor(address / 16));
				}
				const expected = Array.from({ length: 64 }, (_, index) => index).find((index) => !busy.has(index));
				const found = expected === undefined ? undefined : `10.213.${expected >> 4}.${(expected % 16) * 16}/28`;
				expect(freeSubnet('10.213.0.0/22', taken)).toBe(found);
			}),
		);
	});

	test('give the gateway .1 and the nodes what follows', () => {
		expect(Array.from({ length: 7 }, (_, index) => nodeAddress('10.213.0.16/28', index))).toEqual([
			'10.213.0.18',
			'10.213.0.19',
			'10.213.0.20',
			'10.213.0.21',
			'10.213.0.22',
			'10.213.0.23',
			'10.213.0.24',
		]);
		expect(nodeAddress('10.213.0.16/28', 12)).toBe('10.213.0.30');
		expect(() => nodeAddress('10.213.0.16/28', 13)).toThrow('no room for node 13');
	});
});
