// Page route: where a page's WebSocket arrives. Origin has been checked by the server, the owner is checked here.
import type { FastifyInstance } from 'fastify';
import { LabError } from '#contract/errors.ts';
import { callerOf } from '../http/caller.ts';
import { toLabError } from '../http/errors.ts';
import type { LiveSandbox } from '../sandbox/live.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { LearnerRows } from '../store/store.ts';
import { servePage } from './page-socket.ts';

export function addPageSocket(
	app: FastifyInstance,
	{ sandboxes, learners }: { sandboxes: Sandboxes<LiveSandbox>; learners: LearnerRows },
): void {
	app.get<{ Params: { id: string } }>('/api/sandboxes/:id/socket', {
		websocket: true,
		// Before the upgrade, so that a stranger is answered with a plain 401 or 404.
		preValidation: async (request) => {
			const learner = await callerOf(request, learners);
			sandboxes.get(request.params.id, learner.id);
			if (!request.ws)
				throw new LabError('request.invalid', { where: 'upgrade', problem: 'this is the address of a WebSocket' });
		},
		handler: async (ws, request) => {
			const { id } = request.params;
			// Frames may arrive before the owner is known again: none is lost, since ws gives them only to listeners.
			ws.pause();
			const learner = await callerOf(request, learners);
			servePage(ws, {
				followSandbox: (listener) => sandboxes.follow(id, learner.id, listener),
				live: () => sandboxes.live(id, learner.id),
				onUse: () => void sandboxes.renew(id, learner.id),
				toLabError: (error) =>
					toLabError(error, (reference, cause) => request.log.error({ reference, err: cause }, 'unexpected error')),
			});
			ws.resume();
		},
	});
}
