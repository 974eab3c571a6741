// Noise: events of a node's engine that cannot mean a change of the cluster.
import type { DockerEvent } from '#runner/engine/engine.ts';

const noise = new Set([
	'top',
	'resize',
	'attach',
	'detach',
	'copy',
	'archive-path',
	'extract-to-dir',
	'export',
	'prune',
]);
const nouns = new Set(['container', 'service', 'node', 'network', 'secret', 'config', 'daemon']);

/** A health check alone is three `exec` events every two seconds for each container: none of them is worth a look. */
export function isNoise(event: DockerEvent): boolean {
	return !nouns.has(event.Type) || event.Action.startsWith('exec_') || noise.has(event.Action);
}
