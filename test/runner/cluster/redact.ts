// Redact: takes out of Docker's answers what nobody should find in a repository, and what no test reads.
import type { NodeView, Snapshot } from '#runner/cluster/snapshot.ts';

const secretKeys = new Set(['JoinTokens', 'TLSInfo', 'TrustRoot', 'CertIssuerSubject', 'CertIssuerPublicKey', 'Data']);

/** A copy without keys, certificates and tokens. */
export function redact<T>(value: T): T {
	const text = JSON.stringify(value, (key, inner: unknown) => (secretKeys.has(key) ? 'redacted' : inner));
	// What went through JSON has the shape that it had.
	return JSON.parse(text.replace(/SWMTKN-[\w-]+/g, 'SWMTKN-redacted')) as T;
}

/** A snapshot without secrets, and without what `/info` says of the machine under the node. */
export function redactSnapshot(snapshot: Snapshot): Snapshot {
	const nodes = snapshot.nodes.map((node): NodeView => {
		if (!node.answer.reachable) return node;
		const { Name, OSType, Architecture, ServerVersion, Swarm } = node.answer.info;
		return { ...node, answer: { reachable: true, info: { Name, OSType, Architecture, ServerVersion, Swarm } } };
	});
	return redact({ ...snapshot, nodes });
}
