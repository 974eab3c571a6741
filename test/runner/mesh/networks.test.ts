// Where a node's balancers sit, read from answers that a real engine gave.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { balancerAddress, gatewayOf, networkOfTable, swarmNetworks, tablePath } from '#runner/mesh/networks.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');

test('the ingress sandbox has an address on the ingress network and one on the bridge to the node', () => {
	expect(balancerAddress(JSON.parse(fixture('network-ingress')))).toBe('10.0.0.2');
	expect(gatewayOf(JSON.parse(fixture('gwbridge')))).toEqual({ address: '172.18.0.2', subnet: '172.18.0.0/16' });
});

test('an overlay network has a balancer of its own on each node', () => {
	expect(balancerAddress(JSON.parse(fixture('network-app')))).toBe('10.0.1.9');
});

test('a network that a manager knows but does not use has none', () => {
	expect(balancerAddress({ ...JSON.parse(fixture('network-app')), Containers: null })).toBeUndefined();
});

test('only swarm networks count', () => {
	expect(swarmNetworks(fixture('networks')).map((network) => network.Name)).toEqual(['ingress', 'app']);
	const local = JSON.stringify([{ Id: 'x', Name: 'x', Scope: 'local', Driver: 'overlay', Ingress: false }]);
	expect(swarmNetworks(local)).toEqual([]);
});

test('a table’s path says which network it is about', () => {
	expect(networkOfTable(tablePath('252if9mmt9qvctlv57atfrhdo'))).toBe('252if9mmt9qvctlv57atfrhdo');
});
