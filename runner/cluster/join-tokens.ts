// Join tokens: asks the managers for the tokens with which nodes join, at the moment a command needs one, and keeps none.
import type { SwarmInspect } from './docker-types.ts';
import { managerTimeoutMs, type NodeHandle } from './snapshot.ts';

/** The tokens of the first node that is a manager with a leader, or why there are none. Throws only when aborted. */
export async function askJoinTokens(
	nodes: readonly NodeHandle[],
	signal: AbortSignal,
): Promise<{ worker: string; manager: string } | { notYet: string }> {
	const answers = await Promise.all(nodes.map((node) => askOne(node, signal)));
	const tokens = answers.find((answer) => answer !== undefined);
	return tokens ?? { notYet: 'there is no swarm yet, or no manager of it answers' };
}

async function askOne({ engine }: NodeHandle, signal: AbortSignal) {
	try {
		const answer = await engine.get<SwarmInspect>('/swarm', { signal, timeoutMs: managerTimeoutMs });
		const tokens = answer.ok ? answer.value.JoinTokens : undefined;
		return tokens?.Worker && tokens.Manager ? { worker: tokens.Worker, manager: tokens.Manager } : undefined;
	} catch {
		signal.throwIfAborted();
		return undefined;
	}
}
