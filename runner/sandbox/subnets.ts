// Subnets: which part of the pool a sandbox's network gets, and which address each node.

/** 16 addresses: the network's own, the gateway, at most 13 nodes, and broadcast. */
const prefixBits = 28;
const sizeAddresses = 2 ** (32 - prefixBits);
/** `.0` is the network, `.1` the gateway. */
const firstNodeOffset = 2;

/**
 * The lowest /28 of the pool that overlaps nothing taken; `undefined` when there is none. `pool` and `taken` are CIDRs;
 * what is no IPv4 CIDR among the taken is passed over (networks without a subnet, IPv6).
 */
export function freeSubnet(pool: string, taken: readonly string[]): string | undefined {
	const whole = parse(pool);
	if (!whole) throw new RangeError(`"${pool}" is no IPv4 network`);
	const busy = taken.flatMap((cidr) => parse(cidr) ?? []).sort((a, b) => a.first - b.first);
	let first = whole.first;
	for (const range of busy) {
		if (range.last < first) continue;
		if (range.first >= first + sizeAddresses) break;
		first = Math.floor(range.last / sizeAddresses) * sizeAddresses + sizeAddresses;
	}
	return first + sizeAddresses - 1 <= whole.last ? `${format(first)}/${prefixBits}` : undefined;
}

/** How many sandboxes the pool has room for. */
export function subnetCount(pool: string): number {
	const whole = parse(pool);
	if (!whole) throw new RangeError(`"${pool}" is no IPv4 network`);
	return Math.floor((whole.last - whole.first + 1) / sizeAddresses);
}

/** The address of the node with this index in the topology: `10.213.0.2` for the first. */
export function nodeAddress(subnet: string, index: number): string {
	const range = parse(subnet);
	if (!range || range.first + firstNodeOffset + index >= range.last)
		throw new RangeError(`${subnet} has no room for node ${index}`);
	return format(range.first + firstNodeOffset + index);
}

function parse(cidr: string): { first: number; last: number } | undefined {
	const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
	if (!match) return undefined;
	const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
	if (Math.max(a, b, c, d) > 255 || bits > 32) return undefined;
	const size = 2 ** (32 - bits);
	const address = ((a * 256 + b) * 256 + c) * 256 + d;
	const first = Math.floor(address / size) * size;
	return { first, last: first + size - 1 };
}

function format(address: number): string {
	return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
