// What a node must balance, as properties that hold for whatever it says.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Balance, forgottenBetween, type NodeView, noRules, rulesFor } from '#runner/mesh/rules.ts';
import { scriptsOf } from '#runner/mesh/script.ts';
import { nodeView, nodeViewAndDeparted } from './arbitrary-view.ts';

const none = new Set<string>();
const serviceEndpoints = (view: NodeView) =>
	view.networks
		.filter((network) => network.balancer)
		.flatMap((network) => network.endpoints.filter((each) => each.service));
const targetsOf = (balances: Balance[]) =>
	balances.flatMap((balance) => balance.targets.map((target) => target.address));

describe('the rules of a node', () => {
	test('send connections to tasks that take them, and to nobody else', () => {
		fc.assert(
			fc.property(nodeViewAndDeparted, ({ view, departed }) => {
				const taking = serviceEndpoints(view).filter((each) => !each.disabled && !departed.has(each.id));
				const addresses = new Set(taking.map((each) => each.address));
				for (const sandbox of rulesFor(view, departed).sandboxes)
					for (const target of targetsOf(sandbox.balances)) expect(addresses).toContain(target);
			}),
		);
	});

	test('give every task behind a virtual IP exactly one share of it', () => {
		fc.assert(
			fc.property(nodeView, (view) => {
				const { sandboxes } = rulesFor(view, none);
				for (const network of view.networks.filter((each) => each.balancer && !each.ingress))
					for (const endpoint of network.endpoints.filter((each) => each.service && each.vip && !each.disabled)) {
						const shares = sandboxes
							.flatMap((sandbox) => sandbox.balances)
							.filter(({ to }) => 'vip' in to && to.vip === endpoint.vip)
							.flatMap(({ targets }) => targets)
							.filter(({ address }) => address === endpoint.address);
						expect(shares).toHaveLength(1);
					}
			}),
		);
	});

	test('send a published port to the target port of each task', () => {
		fc.assert(
			fc.property(nodeView, (view) => {
				const ingress = rulesFor(view, none).sandboxes.find((sandbox) => sandbox.namespace === 'ingress_sbox');
				const wanted = serviceEndpoints(view)
					.filter((each) => !each.disabled)
					.flatMap((each) =>
						each.ports.map((port) => `${port.protocol} ${port.published} ${each.address}:${port.target}`),
					);
				const made = (ingress?.balances ?? []).flatMap(({ to, targets }) =>
					'port' in to ? targets.map((target) => `${to.protocol} ${to.port} ${target.address}:${target.port}`) : [],
				);
				expect(made.sort()).toEqual(wanted.sort());
			}),
		);
	});

	test('do not depend on the order in which a node lists things', () => {
		fc.assert(
			fc.property(nodeViewAndDeparted, ({ view, departed }) => {
				const turned = {
					...view,
					networks: view.networks.map((each) => ({ ...each, endpoints: each.endpoints.toReversed() })).toReversed(),
				};
				expect([...scriptsOf(rulesFor(turned, departed))].sort()).toEqual(
					[...scriptsOf(rulesFor(view, departed))].sort(),
				);
			}),
		);
	});

	test('publish nothing on a node without an ingress sandbox', () => {
		fc.assert(
			fc.property(nodeView, (view) => {
				expect(rulesFor({ ...view, gateway: undefined }, none).node.ports).toEqual([]);
			}),
		);
	});

	test('are gone with the service', () => {
		fc.assert(
			fc.property(nodeView, (view) => {
				const emptied = { ...view, networks: view.networks.map((each) => ({ ...each, endpoints: [] })) };
				const { node, sandboxes } = rulesFor(emptied, none);
				expect(node.ports).toEqual([]);
				expect(sandboxes.flatMap((sandbox) => sandbox.balances)).toEqual([]);
			}),
		);
	});

	test('a port stays taken while its last task finishes, but takes no connection', () => {
		const endpoint = {
			id: 'a',
			host: undefined,
			task: 'web.1.x',
			service: 'web',
			vip: '10.0.0.5',
			address: '10.0.0.6',
			ports: [{ protocol: 'tcp' as const, published: 80, target: 8080 }],
			disabled: true,
		};
		const gateway = { address: '172.18.0.2', subnet: '172.18.0.0/16' };
		const rules = rulesFor(
			{ gateway, networks: [{ id: 'i', ingress: true, balancer: '10.0.0.2', endpoints: [endpoint] }] },
			none,
		);
		expect(rules.node.ports).toEqual([{ protocol: 'tcp', port: 80 }]);
		expect(rules.sandboxes[0]?.balances).toEqual([{ to: { protocol: 'tcp', port: 80 }, targets: [] }]);
	});
});

describe('what the kernel must forget', () => {
	test('nothing when nothing changed', () => {
		fc.assert(
			fc.property(nodeView, (view) => {
				const rules = rulesFor(view, none);
				expect(forgottenBetween(rules, rules)).toEqual([]);
			}),
		);
	});

	test('connections to a task that is gone, and to no task that merely finishes', () => {
		fc.assert(
			fc.property(nodeView, fc.nat(), (view, pick) => {
				const before = rulesFor(view, none);
				const all = serviceEndpoints(view);
				const gone = all[pick % Math.max(all.length, 1)];
				if (!gone) return;
				const without = {
					...view,
					networks: view.networks.map((each) => ({
						...each,
						endpoints: each.endpoints
							.filter((endpoint) => endpoint.id !== gone.id)
							.map((endpoint) => ({ ...endpoint, disabled: true })),
					})),
				};
				const replySources = forgottenBetween(before, rulesFor(without, none))
					.flatMap(({ flows }) => flows)
					.filter(([option]) => option === '--reply-src')
					.map(([, address]) => address);
				expect(replySources).toEqual([gone.address]);
			}),
		);
	});

	test('UDP that came before there was a rule, which would otherwise never meet it', () => {
		const gateway = { address: '172.18.0.2', subnet: '172.18.0.0/16' };
		const endpoint = {
			id: 'a',
			host: undefined,
			task: 'dns.1.x',
			service: 'dns',
			vip: undefined,
			address: '10.0.0.6',
			ports: [{ protocol: 'udp' as const, published: 53, target: 53 }],
			disabled: false,
		};
		const view = { gateway, networks: [{ id: 'i', ingress: true, balancer: '10.0.0.2', endpoints: [endpoint] }] };
		expect(forgottenBetween(noRules, rulesFor(view, none))).toEqual([
			{ namespace: 'ingress_sbox', flows: [['-p', 'udp', '--orig-port-dst', '53']] },
			{ namespace: '-', flows: [['-p', 'udp', '--orig-port-dst', '53']] },
		]);
	});
});
