// Uplink: addresses that are free on the host, and rules that hold beside any firewall.
import { expect, test } from 'vitest';
import { freeUplink, hostRules, splitRule, uplinkAddresses } from '#runner/engine/embedded/uplink.ts';

test('the first network that no route of the host touches', () => {
	expect(freeUplink(['default via 192.0.2.1 dev eth0', '192.0.2.0/24 dev eth0 scope link'])).toBe('10.214.0.0/30');
	expect(freeUplink(['10.214.0.0/30 dev shoal-a scope link', 'local 10.214.0.5 dev x'])).toBe('10.214.0.8/30');
	expect(freeUplink(['10.214.0.0/24 dev tun0'])).toBe('10.214.1.0/30');
});

test('a host whose routes cover all of them is told so', () => {
	expect(() => freeUplink(['10.0.0.0/8 dev eth0'])).toThrowErrorMatchingInlineSnapshot(
		`[LabError: The embedded engine could not be started: every network in 10.214.0.0 is in use on this host.]`,
	);
});

test('host and engine have the two addresses of the network', () => {
	expect(uplinkAddresses('10.214.0.8/30')).toEqual({ host: '10.214.0.9', engine: '10.214.0.10' });
});

test('the rules', () => {
	const { chains, rules, jumps } = hostRules('dev', 'shoal-dev', '10.214.0.0/30');
	const lines = [...rules, ...jumps].map(({ table, chain, rule }) => [table, chain, ...rule].join(' '));
	expect([...chains, ...lines].join('\n')).toMatchInlineSnapshot(`
		"SHOAL-dev-FWD
		SHOAL-dev-IN
		filter SHOAL-dev-FWD -i shoal-dev -j ACCEPT
		filter SHOAL-dev-FWD -o shoal-dev -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
		filter SHOAL-dev-FWD -o shoal-dev -j DROP
		filter SHOAL-dev-IN -i shoal-dev -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
		filter SHOAL-dev-IN -i shoal-dev -p udp --dport 53 -j ACCEPT
		filter SHOAL-dev-IN -i shoal-dev -p tcp --dport 53 -j ACCEPT
		filter SHOAL-dev-IN -i shoal-dev -j DROP
		filter FORWARD -j SHOAL-dev-FWD
		filter INPUT -i shoal-dev -j SHOAL-dev-IN
		nat POSTROUTING -s 10.214.0.0/30 ! -o shoal-dev -m comment --comment shoal dev -j MASQUERADE"
	`);
});

test('chain names fit into what iptables allows, for the longest instance', () => {
	for (const chain of hostRules('abcdefgh', 'shoal-abcdefgh', '').chains) expect(chain.length).toBeLessThanOrEqual(28);
});

test('a listed rule is taken apart for its removal', () => {
	const line = '-A POSTROUTING -s 10.214.0.0/30 ! -o shoal-dev -m comment --comment "shoal dev" -j MASQUERADE';
	expect(splitRule(line).slice(-4)).toEqual(['--comment', 'shoal dev', '-j', 'MASQUERADE']);
});
