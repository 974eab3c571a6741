// Gossip: which tasks a node knows in a network, read from the tables that Docker Engines tell each other.
//
// A node's engine shows them at its diagnostic port, as moby's own balancer sees them (libnetwork/agent.proto,
// EndpointRecord). `docker network inspect --verbose` shows less: no protocol, and not that a task is about to stop.

export type Protocol = 'tcp' | 'udp' | 'sctp';

export interface PublishedPort {
	protocol: Protocol;
	published: number;
	target: number;
}

/** A task's place in one network. */
export interface Endpoint {
	id: string;
	/** Address of the node that it is on; `undefined` while the node's gossip name is not known yet. */
	host: string | undefined;
	/** Container name: `web.1.x3zk…`. */
	task: string;
	/** Service ID; `undefined` for a container that was merely attached. */
	service: string | undefined;
	/** The service's virtual IP in this network; `undefined` with `--endpoint-mode dnsrr`. */
	vip: string | undefined;
	address: string;
	/** Ports in ingress mode; only on the ingress network. */
	ports: PublishedPort[];
	/** Swarm has taken it out of balancing: it stops in two seconds. */
	disabled: boolean;
}

interface Field {
	number: number;
	value: bigint;
	bytes: Buffer;
}

const protocols: Protocol[] = ['tcp', 'udp', 'sctp'];

/** The fields of a protocol buffer message: varints and length-delimited ones, all that these records have. */
function fieldsOf(message: Buffer): Field[] {
	const fields: Field[] = [];
	let at = 0;
	const varint = () => {
		let value = 0n;
		for (let shift = 0n; ; shift += 7n) {
			const byte = message[at++];
			if (byte === undefined) throw new RangeError('a record ends in the middle of a number');
			value |= BigInt(byte & 0x7f) << shift;
			if (byte < 0x80) return value;
		}
	};
	while (at < message.length) {
		const key = Number(varint());
		const wireType = key & 7;
		if (wireType !== 0 && wireType !== 2) throw new RangeError(`a record has a field of wire type ${wireType}`);
		const value = varint();
		const length = wireType === 2 ? Number(value) : 0;
		if (at + length > message.length) throw new RangeError('a record ends in the middle of a text');
		fields.push({ number: key >> 3, value, bytes: message.subarray(at, at + length) });
		at += length;
	}
	return fields;
}

function portOf(message: Buffer): PublishedPort {
	const number = (wanted: number) => Number(fieldsOf(message).find((field) => field.number === wanted)?.value ?? 0n);
	return { protocol: protocols[number(2)] ?? 'tcp', target: number(3), published: number(4) };
}

/** Go prints a missing IP address as `<nil>`. */
function addressOrNone(text: string): string | undefined {
	return /^\d+\.\d+\.\d+\.\d+$/.test(text) && text !== '0.0.0.0' ? text : undefined;
}

function endpointOf(id: string, host: string | undefined, record: Buffer): Endpoint | undefined {
	const fields = fieldsOf(record);
	const text = (wanted: number) => fields.find((field) => field.number === wanted)?.bytes.toString() ?? '';
	const address = addressOrNone(text(5));
	if (address === undefined) return undefined;
	return {
		id,
		host,
		task: text(1),
		service: text(3) || undefined,
		vip: addressOrNone(text(4)),
		address,
		ports: fields.filter((field) => field.number === 6).map((field) => portOf(field.bytes)),
		disabled: fields.some((field) => field.number === 9 && field.value !== 0n),
	};
}

/**
 * The endpoints in an answer to `/gettable?json&tname=endpoint_table&nid=…`, by ID. `peers` are gossip name -> address.
 * Throws when the answer is not what moby sends.
 */
export function readTable(body: string, peers: ReadonlyMap<string, string>): Endpoint[] {
	const answer = JSON.parse(body) as {
		message: string;
		details?: { entries?: { key: string; value: string; owner: string }[] | null };
	};
	if (answer.message !== 'OK') throw new TypeError(`the engine's gossip says "${answer.message}"`);
	return (answer.details?.entries ?? [])
		.map((entry) => endpointOf(entry.key, peers.get(entry.owner), Buffer.from(entry.value, 'base64')))
		.filter((endpoint) => endpoint !== undefined)
		.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The gossip names in an answer to `gettable` that `peers` does not have. */
export function unknownOwners(body: string, peers: ReadonlyMap<string, string>): string[] {
	const answer = JSON.parse(body) as { details?: { entries?: { owner: string }[] | null } };
	return [...new Set((answer.details?.entries ?? []).map((entry) => entry.owner))].filter((owner) => !peers.has(owner));
}

/** Gossip name -> address, of an answer to `/networkpeers?json&nid=…`. (`-=name` is moby's own spelling.) */
export function readPeers(body: string): Map<string, string> {
	const answer = JSON.parse(body) as { details?: { entries?: { '-=name': string; ip: string }[] | null } };
	return new Map((answer.details?.entries ?? []).map((peer) => [peer['-=name'], peer.ip]));
}

/** What `GET /networks/ID?verbose=true` says of services. */
export interface VerboseServices {
	[service: string]: {
		VIP: string;
		Ports: string[] | null;
		Tasks: { Name: string; EndpointID: string; EndpointIP: string; Info: Record<string, string> | null }[] | null;
	};
}

/**
 * The endpoints in `network inspect --verbose`, for an engine without a diagnostic port. It does not say which protocol
 * a port has, so each counts as both.
 */
export function readVerbose(services: VerboseServices): Endpoint[] {
	return Object.entries(services)
		.flatMap(([name, service]) =>
			(service.Tasks ?? []).map((task) => ({
				id: task.EndpointID,
				host: task.Info?.['Host IP'],
				task: task.Name,
				service: name || undefined,
				vip: addressOrNone(service.VIP),
				address: task.EndpointIP,
				ports: (service.Ports ?? []).flatMap((port) => {
					const [, target, published] = /^Target: (\d+), Publish: (\d+)$/.exec(port) ?? [];
					return (['tcp', 'udp'] as const).map((protocol) => ({
						protocol,
						target: Number(target),
						published: Number(published),
					}));
				}),
				disabled: false,
			})),
		)
		.sort((a, b) => (a.id < b.id ? -1 : 1));
}
