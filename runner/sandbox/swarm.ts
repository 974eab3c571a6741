// Swarm: makes one swarm of a sandbox's nodes, through their engines' API.
import { LabError } from '#contract/errors.ts';
import type { NodeEngine } from '../engine/engine.ts';

/** https://docs.docker.com/engine/swarm/swarm-tutorial/#open-protocols-and-ports-between-the-hosts */
const managementPort = 2377;
const joinTimeoutMs = 20_000;

export interface SwarmMember {
	name: string;
	address: string;
	/** The node's engine, as soon as it answers. */
	ready: Promise<NodeEngine>;
}

/**
 * Forms the swarm: the first member starts it, the rest join as soon as they are ready, workers all at once, managers one
 * after another because each changes who is to agree. Throws `sandbox.failed` with the engine's own words.
 */
export async function formSwarm(members: readonly SwarmMember[], signal: AbortSignal): Promise<void> {
	const [first, ...others] = members;
	if (!first) return;
	const options = { signal, timeoutMs: joinTimeoutMs };
	const leader = await first.ready;
	const listen = `0.0.0.0:${managementPort}`;
	accept(first, await leader.post('/swarm/init', { ListenAddr: listen, AdvertiseAddr: first.address }, options));
	const swarm = accept(first, await leader.get<{ JoinTokens: { Worker: string; Manager: string } }>('/swarm', options));

	const join = async (member: SwarmMember, token: string) => {
		const engine = await member.ready;
		const request = {
			ListenAddr: listen,
			AdvertiseAddr: member.address,
			RemoteAddrs: [`${first.address}:${managementPort}`],
			JoinToken: token,
		};
		accept(member, await engine.post('/swarm/join', request, options));
	};
	const managers = others.filter(({ name }) => name.startsWith('manager'));
	const workers = others.filter(({ name }) => !name.startsWith('manager'));
	const joinManagers = async () => {
		for (const member of managers) await join(member, swarm.JoinTokens.Manager);
	};
	await Promise.all([joinManagers(), ...workers.map((member) => join(member, swarm.JoinTokens.Worker))]);
}

type Answer<T> = Awaited<ReturnType<NodeEngine['get']>> & ({ ok: true; value: T } | { ok: false });

function accept<T>({ name }: SwarmMember, answer: Answer<T>): T {
	if (answer.ok) return answer.value;
	throw new LabError('sandbox.failed', { reason: `${name} could not join the swarm: ${answer.refusal.message}` });
}
