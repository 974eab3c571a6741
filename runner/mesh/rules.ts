// Rules: what one node must balance, as a pure function of what the node says. No I/O, no clock.
//
// Three places in a node take part, as with moby's IPVS (libnetwork/service_linux.go):
//   the node itself        sends its published ports to the ingress sandbox (chain DOCKER-INGRESS)
//   the ingress sandbox    shares a published port among the tasks
//   a network's balancer   (a sandbox too) answers for the virtual IPs of the network's services
import type { Endpoint, Protocol } from './gossip.ts';

export interface NetworkView {
	id: string;
	ingress: boolean;
	/** Address of this node's balancer sandbox in the network; `undefined` while the network is not on this node. */
	balancer: string | undefined;
	endpoints: Endpoint[];
}

export interface NodeView {
	/** Where the ingress sandbox is reached from the node; `undefined` while there is none. */
	gateway: { address: string; subnet: string } | undefined;
	networks: NetworkView[];
}

export interface Port {
	protocol: Protocol;
	port: number;
}

export interface Target {
	address: string;
	/** `undefined`: the port that the client asked for. */
	port: number | undefined;
}

/** A virtual IP, or a published port, and who takes its connections in turn. No target: connections are refused. */
export interface Balance {
	to: { vip: string } | Port;
	targets: Target[];
}

export interface SandboxRules {
	/** Name of the network namespace. */
	namespace: string;
	/** The address that tasks see as the client's. */
	source: string;
	balances: Balance[];
	/** Addresses of all tasks, also of those that finish what they have begun. */
	members: string[];
}

export interface NodeRules {
	gateway: NodeView['gateway'];
	/** Empty without a gateway. */
	ports: Port[];
}

export interface RuleSet {
	node: NodeRules;
	sandboxes: SandboxRules[];
}

/** The namespace of a network's balancer: libnetwork cuts names of sandboxes to 12 characters. */
function namespaceOf(network: NetworkView): string {
	return network.ingress ? 'ingress_sbox' : `lb_${network.id.slice(0, 9)}`;
}

const portKey = (port: Port) => `${port.protocol}/${port.port}`;

function numeric(address: string): number {
	return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function byAddress(a: Target, b: Target): number {
	return numeric(a.address) - numeric(b.address) || (a.port ?? 0) - (b.port ?? 0);
}

function portsOf(endpoints: Endpoint[]): Port[] {
	const all = endpoints.flatMap((endpoint) =>
		endpoint.ports
			.filter((port) => port.published > 0)
			.map((port) => ({ protocol: port.protocol, port: port.published })),
	);
	return [...new Map(all.map((port) => [portKey(port), port])).values()].sort(
		(a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1),
	);
}

function publishedBalances(endpoints: Endpoint[], takes: (endpoint: Endpoint) => boolean): Balance[] {
	return portsOf(endpoints).map((to) => ({
		to,
		targets: endpoints
			.filter(takes)
			.flatMap((endpoint) =>
				endpoint.ports
					.filter((port) => port.protocol === to.protocol && port.published === to.port)
					.map((port) => ({ address: endpoint.address, port: port.target })),
			)
			.sort(byAddress),
	}));
}

function vipBalances(endpoints: Endpoint[], takes: (endpoint: Endpoint) => boolean): Balance[] {
	const vips = [...new Set(endpoints.map((endpoint) => endpoint.vip).filter((vip) => vip !== undefined))];
	return vips
		.sort((a, b) => numeric(a) - numeric(b))
		.map((vip) => ({
			to: { vip },
			targets: endpoints
				.filter((endpoint) => endpoint.vip === vip && takes(endpoint))
				.map((endpoint) => ({ address: endpoint.address, port: undefined }))
				.sort(byAddress),
		}));
}

/**
 * What the node must balance. `departed` are IDs of endpoints that are known to be going although this node's gossip
 * still has them. The order of networks and endpoints in the view does not matter.
 */
export function rulesFor(view: NodeView, departed: ReadonlySet<string>): RuleSet {
	const takes = (endpoint: Endpoint) => !endpoint.disabled && !departed.has(endpoint.id);
	const present = view.networks.filter((network) => network.balancer !== undefined);
	const sandboxes = present.map((network): SandboxRules => {
		const endpoints = network.endpoints.filter((endpoint) => endpoint.service !== undefined);
		return {
			namespace: namespaceOf(network),
			source: network.balancer ?? '',
			balances: network.ingress ? publishedBalances(endpoints, takes) : vipBalances(endpoints, takes),
			members: [...new Set(endpoints.map((endpoint) => endpoint.address))].sort((a, b) => numeric(a) - numeric(b)),
		};
	});
	const ingress = present.find((network) => network.ingress);
	return {
		node: { gateway: view.gateway, ports: view.gateway ? portsOf(ingress?.endpoints ?? []) : [] },
		sandboxes: sandboxes.sort((a, b) => (a.namespace < b.namespace ? -1 : 1)),
	};
}

/** The rules of a node that has said nothing yet. */
export const noRules: RuleSet = { node: { gateway: undefined, ports: [] }, sandboxes: [] };

/** Connections to end in a namespace, as arguments of `conntrack -D`. */
export interface Forgotten {
	namespace: string;
	flows: string[][];
}

/**
 * What the kernel must forget after a change. Connections to a task that is gone would hang until they time out; and a
 * UDP client that spoke before there was a rule would never meet it, because only the first packet of a flow is looked at.
 */
export function forgottenBetween(before: RuleSet, after: RuleSet): Forgotten[] {
	const inSandboxes = after.sandboxes.map((sandbox) => {
		const old = before.sandboxes.find((other) => other.namespace === sandbox.namespace);
		const gone = (old?.members ?? []).filter((address) => !sandbox.members.includes(address));
		const woken = sandbox.balances.filter(
			(balance) =>
				balance.targets.length > 0 &&
				!old?.balances.some((other) => sameTo(other, balance) && other.targets.length > 0),
		);
		return {
			namespace: sandbox.namespace,
			flows: [...gone.map((address) => ['--reply-src', address]), ...woken.flatMap(({ to }) => udpFlows(to))],
		};
	});
	const oldPorts = new Set(before.node.ports.map(portKey));
	const newPorts = after.node.ports.filter((port) => !oldPorts.has(portKey(port)));
	return [...inSandboxes, { namespace: '-', flows: newPorts.flatMap(udpFlows) }].filter(
		({ flows }) => flows.length > 0,
	);
}

function sameTo(a: Balance, b: Balance): boolean {
	return JSON.stringify(a.to) === JSON.stringify(b.to);
}

function udpFlows(to: Balance['to']): string[][] {
	if ('vip' in to) return [['-p', 'udp', '--orig-dst', to.vip]];
	return to.protocol === 'udp' ? [['-p', 'udp', '--orig-port-dst', `${to.port}`]] : [];
}
