// Page route: where a page's WebSocket arrives. Origin has been checked by the server, the owner is checked here.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { callerOf } from '../http/caller.ts';
import { toLabError } from '../http/errors.ts';
import type { LiveSandbox } from '../sandbox/live.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { LearnerRows } from '../store/store.ts';
import { servePage } from './page-socket.ts';

interface PageRoute {
	Params: { id: string };
}

export function addPageSocket(
	app: FastifyInstance,
	{ sandboxes, learners }: { sandboxes: Sandboxes<LiveSandbox>; learners: LearnerRows },
): void {
	/** Whose page it is, known before the upgrade: a stranger is answered with a plain 401 or 404. */
	const owners = new WeakMap<object, string>();
	const preValidation = async (request: FastifyRequest<PageRoute>) => {
		const { id: learner } = await callerOf(request, learners);
		sandboxes.get(request.params.id, learner);
		owners.set(request.raw, learner);
	};

	app.get<PageRoute>('/api/sandboxes/:id/socket', { websocket: true, preValidation }, (ws, request) => {
		const { id } = request.params;
		const learner = owners.get(request.raw) ?? '';
		servePage(ws, {
			followSandbox: (listener) => sandboxes.follow(id, learner, listener),
			live: () => sandboxes.live(id, learner),
			onUse: () => void sandboxes.renew(id, learner),
			toLabError: (error) =>
				toLabError(error, (reference, cause) => request.log.error({ reference, err: cause }, 'unexpected error')),
		});
	});
}
