// Networks: which overlay networks a node has and where its balancers sit, read from the node's own Docker API.
import type { NodeView } from './rules.ts';

interface ListedNetwork {
	Id: string;
	Name: string;
	Scope: string;
	Driver: string;
	Ingress: boolean;
}

export interface InspectedNetwork extends ListedNetwork {
	Options: Record<string, string> | null;
	IPAM: { Config: { Subnet: string }[] | null } | null;
	/** Container ID -> place. Balancer sandboxes are here too, as `lb-<network>` and `ingress-sbox`. */
	Containers: Record<string, { Name: string; IPv4Address: string }> | null;
}

export const networksPath = `/networks?filters=${encodeURIComponent(JSON.stringify({ driver: ['overlay'] }))}`;
export const networkPath = (id: string) => `/networks/${id}`;
export const gatewayPath = '/networks/docker_gwbridge';
export const verbosePath = (id: string) => `/networks/${id}?verbose=true`;
/** `unsafe` is left out on purpose: values come in base64. */
export const tablePath = (id: string) => `/gettable?json&tname=endpoint_table&nid=${id}`;
export const peersPath = (id: string) => `/networkpeers?json&nid=${id}`;

/** The network ID that a `tablePath` is about. */
export function networkOfTable(path: string): string {
	return path.slice(path.indexOf('nid=') + 4);
}

/** The swarm networks in an answer to `networksPath`. A manager lists also those that no task of its own uses. */
export function swarmNetworks(body: string): ListedNetwork[] {
	return (JSON.parse(body) as ListedNetwork[]).filter((network) => network.Scope === 'swarm');
}

function addressOf(network: InspectedNetwork, isIt: (key: string) => boolean): string | undefined {
	const found = Object.entries(network.Containers ?? {}).find(([key]) => isIt(key));
	return found?.[1].IPv4Address.split('/')[0] || undefined;
}

/** Address of the node's own balancer in an overlay network; `undefined` while the network is not on the node. */
export function balancerAddress(network: InspectedNetwork): string | undefined {
	return addressOf(network, (key) => (network.Ingress ? key === 'ingress-sbox' : key === `lb-${network.Name}`));
}

/** Made with `--opt encrypted`. */
export function isEncrypted(network: InspectedNetwork): boolean {
	return 'encrypted' in (network.Options ?? {});
}

/** Where the node reaches its ingress sandbox, out of an answer to `gatewayPath`. */
export function gatewayOf(network: InspectedNetwork): NodeView['gateway'] {
	const address = addressOf(network, (key) => key === 'ingress-sbox');
	const subnet = network.IPAM?.Config?.find((config) => config.Subnet.includes('.'))?.Subnet;
	return address && subnet ? { address, subnet } : undefined;
}
