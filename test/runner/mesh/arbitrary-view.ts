// Arbitrary node views for property tests: few services, addresses and ports, so that they meet each other.
import fc from 'fast-check';
import type { Endpoint, PublishedPort } from '#runner/mesh/gossip.ts';
import type { NetworkView, NodeView } from '#runner/mesh/rules.ts';

const services = ['one', 'two', 'three'];
const port = fc.record({
	protocol: fc.constantFrom('tcp' as const, 'udp' as const),
	published: fc.constantFrom(80, 8080, 9000),
	target: fc.constantFrom(80, 8080),
});

function endpoints(subnet: number, ingress: boolean): fc.Arbitrary<Endpoint[]> {
	const one = fc.record({
		id: fc.integer({ min: 0, max: 0xffffff }).map((number) => number.toString(16)),
		host: fc.constantFrom('10.213.0.2', '10.213.0.3', undefined),
		service: fc.constantFrom(...services, undefined),
		last: fc.integer({ min: 20, max: 60 }),
		ports: ingress
			? fc.uniqueArray(port, { maxLength: 2, selector: (each) => `${each.protocol}${each.published}` })
			: fc.constant<PublishedPort[]>([]),
		disabled: fc.boolean(),
		dnsrr: fc.boolean(),
	});
	return fc
		.uniqueArray(one, { maxLength: 8, selector: (each) => each.last })
		.filter((list) => new Set(list.map((each) => each.id)).size === list.length)
		.map((list) =>
			list.map(({ last, dnsrr, ...each }) => ({
				...each,
				task: `${each.service ?? 'loose'}.${last}`,
				address: `10.0.${subnet}.${last}`,
				vip: each.service && !dnsrr ? `10.0.${subnet}.${2 + services.indexOf(each.service)}` : undefined,
			})),
		);
}

function network(subnet: number): fc.Arbitrary<NetworkView> {
	const ingress = subnet === 0;
	return fc.record({
		id: fc.constant(`${subnet}abcdefghijklmnopqrstuvwxyz`.slice(0, 25)),
		ingress: fc.constant(ingress),
		balancer: fc.constantFrom(`10.0.${subnet}.10`, undefined),
		endpoints: endpoints(subnet, ingress),
	});
}

export const nodeView: fc.Arbitrary<NodeView> = fc.record({
	gateway: fc.constantFrom({ address: '172.18.0.2', subnet: '172.18.0.0/16' }, undefined),
	networks: fc.tuple(network(0), network(1), network(2)).map((list) => list),
});

/** A view, and some of its endpoints that are known to be going. */
export const nodeViewAndDeparted = nodeView.chain((view) =>
	fc.record({
		view: fc.constant(view),
		departed: fc
			.subarray(view.networks.flatMap((each) => each.endpoints.map((endpoint) => endpoint.id)))
			.map((ids) => new Set(ids)),
	}),
);
