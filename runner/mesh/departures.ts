// Departures: which endpoints are going although gossip has not told every node yet. Pure.
//
// The node that an endpoint is on knows first: what it no longer has, or has disabled, gets no new connection anywhere.
import type { Endpoint } from './gossip.ts';

/** The departed after a node's own endpoints in one network changed from `before` to `after`. */
export function departedAfter(departed: ReadonlySet<string>, before: Endpoint[], after: Endpoint[]): Set<string> {
	const result = new Set(departed);
	const active = new Set(after.filter((endpoint) => !endpoint.disabled).map((endpoint) => endpoint.id));
	for (const endpoint of before) if (!active.has(endpoint.id)) result.add(endpoint.id);
	for (const endpoint of after) if (endpoint.disabled) result.add(endpoint.id);
	for (const id of active) result.delete(id);
	return result;
}

/** Only the departed that some node still has: the rest can be forgotten. */
export function stillKnown(departed: ReadonlySet<string>, tables: Iterable<Endpoint[]>): Set<string> {
	const known = new Set<string>();
	for (const table of tables) for (const endpoint of table) known.add(endpoint.id);
	return new Set([...departed].filter((id) => known.has(id)));
}

/**
 * The endpoints of a network to leave out for nodes that do not answer: all on nodes that ended, and those on nodes that
 * are merely silent if that leaves somebody to serve.
 */
export function unreachable(
	endpoints: Endpoint[],
	ended: ReadonlySet<string>,
	silent: ReadonlySet<string>,
): Set<string> {
	const on = (hosts: ReadonlySet<string>) =>
		endpoints.filter((endpoint) => endpoint.host !== undefined && hosts.has(endpoint.host));
	const out = new Set(on(ended).map((endpoint) => endpoint.id));
	for (const endpoint of on(silent)) {
		const others = endpoints.some(
			(other) =>
				other.service === endpoint.service &&
				!other.disabled &&
				!out.has(other.id) &&
				!(other.host && silent.has(other.host)),
		);
		if (others) out.add(endpoint.id);
	}
	return out;
}
