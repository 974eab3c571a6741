// Capacity: how many sandboxes an engine takes at a time.

const mebibyte = 1024 * 1024;
/**
 * Memory that a node takes with a lesson's services on it. Idle it is 80 MiB (dockerd 53 to 62, containerd 22 to 24,
 * measured as PSS); its limit is far above that, because hardly ever do all nodes of a class work at once.
 */
const nodeBytes = 192 * mebibyte;
/** Most lessons have three. */
const nodesEach = 3;
/** What the host and the runner keep for themselves. */
const hostBytes = 768 * mebibyte;

/** At least 1: a machine that is too small finds out, rather than being told that one sandbox of none is in use. */
export function capacityOf(given: {
	memoryBytes: number;
	/** What the teacher wants. */
	maxSandboxes: number | undefined;
	/** The limit of each node, when it is lower than what a node usually takes. */
	nodeLimitBytes: number;
	subnets: number;
}): number {
	const eachBytes = nodesEach * Math.min(nodeBytes, given.nodeLimitBytes);
	const byMemory = Math.max(1, Math.floor((given.memoryBytes - hostBytes) / eachBytes));
	return Math.min(given.maxSandboxes ?? byMemory, given.subnets);
}
