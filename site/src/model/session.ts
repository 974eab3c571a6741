// Session: the life of the learner's sandbox for one lesson, from "none yet" over "being made" to "ended".
import type { Sandbox } from '#contract/sandbox.ts';
import type { Api } from './api-client.ts';
import type { Problem } from './problem.ts';
import { type Signal, signal } from './signal.ts';

export type SessionState =
	/** Asking the runner whether there is a sandbox already. */
	| { type: 'asking' }
	/** Nobody answers at this address: the pages are served without a runner. */
	| { type: 'no-runner' }
	| { type: 'none' }
	/** Asked for one, no answer yet. */
	| { type: 'starting' }
	/** It exists: `sandbox.state` says whether it is being made or ready. */
	| { type: 'live'; sandbox: Sandbox }
	| { type: 'failed'; problem: Problem }
	/** It was there and is gone. */
	| { type: 'ended' };

export interface Session {
	readonly state: Signal<SessionState>;
	/** Finds out whether there is a sandbox to go on with. */
	look(): Promise<void>;
	start(): Promise<void>;
	/** Removes the sandbox and starts another one. */
	renew(): Promise<void>;
	/** Moves the end of the lease. A problem is the answer when that failed; the sandbox is untouched then. */
	extend(): Promise<Problem | undefined>;
	/** Asks whether the sandbox still exists; true also when nobody could say. */
	stillThere(): Promise<boolean>;
	/** Takes what the runner says of the sandbox. */
	take(sandbox: Sandbox): void;
	end(): void;
}

export function createSession({ api, lesson }: { api: Api; lesson: string }): Session {
	const state = signal<SessionState>({ type: 'asking' });

	function take(sandbox: Sandbox) {
		if (sandbox.state === 'ending') return end();
		if (sandbox.state === 'failed') {
			const problem = sandbox.problem ?? { code: 'sandbox.failed', message: '', retry: true };
			return state.set({ type: 'failed', problem });
		}
		state.set({ type: 'live', sandbox });
	}

	function end() {
		state.set({ type: 'ended' });
	}

	async function start() {
		state.set({ type: 'starting' });
		const answer = await api('createSandbox', { body: { lesson } });
		if (answer.ok) take(answer.value);
		else state.set({ type: 'failed', problem: answer.problem });
	}

	return {
		state,
		take,
		end,
		start,
		async look() {
			state.set({ type: 'asking' });
			const answer = await api('listSandboxes');
			if (!answer.ok) {
				const nobody = answer.problem.code === 'page.no-runner' || answer.problem.code === 'page.offline';
				return state.set(nobody ? { type: 'no-runner' } : { type: 'failed', problem: answer.problem });
			}
			const mine = answer.value.sandboxes.find(
				(sandbox) => sandbox.lesson === lesson && (sandbox.state === 'making' || sandbox.state === 'ready'),
			);
			if (mine) take(mine);
			else state.set({ type: 'none' });
		},
		async renew() {
			const { value } = state;
			state.set({ type: 'starting' });
			if (value.type === 'live') {
				const removed = await api('removeSandbox', { params: { id: value.sandbox.id } });
				if (!removed.ok && removed.problem.code !== 'sandbox.not-found') {
					return state.set({ type: 'failed', problem: removed.problem });
				}
			}
			await start();
		},
		async extend() {
			const { value } = state;
			if (value.type !== 'live') return undefined;
			const answer = await api('renewLease', { params: { id: value.sandbox.id } });
			if (!answer.ok) return answer.problem;
			take(answer.value);
			return undefined;
		},
		async stillThere() {
			const { value } = state;
			if (value.type !== 'live') return false;
			const { id } = value.sandbox;
			const answer = await api('sandbox', { params: { id } });
			// While this was asked the learner may have started another one, which this answer must not replace.
			const now = state.value;
			if (now.type !== 'live' || now.sandbox.id !== id) return false;
			if (answer.ok) take(answer.value);
			else if (answer.problem.code === 'sandbox.not-found') end();
			return state.value.type === 'live';
		},
	};
}
