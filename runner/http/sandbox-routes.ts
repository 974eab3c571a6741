// Routes about sandboxes: made, looked at, used and removed by their owner.
import type { FastifyInstance } from 'fastify';
import { LabError } from '#contract/errors.ts';
import type { Lesson } from '#contract/lesson.ts';
import type { StepProgress } from '#contract/sandbox.ts';
import type { SandboxCluster } from '../sandbox/cluster-access.ts';
import type { LiveSandbox } from '../sandbox/live.ts';
import type { Sandboxes } from '../sandbox/sandboxes.ts';
import type { LearnerRows } from '../store/store.ts';
import { createAtOnce } from './at-once.ts';
import { callerOf } from './caller.ts';
import { type Call, serve } from './route.ts';

/** Commands of one sandbox that programs run at once. Each costs the engine processes and the runner its output. */
const mostCommands = 16;

export interface SandboxRouteParts {
	sandboxes: Sandboxes<LiveSandbox>;
	learners: LearnerRows;
	/** Throws `lesson.not-found`. */
	lesson(id: string): Lesson;
}

export function addSandboxRoutes(app: FastifyInstance, { sandboxes, learners, lesson }: SandboxRouteParts): void {
	/** The caller's sandbox and what runs for it. Throws `sandbox.not-found`, `sandbox.not-ready`. */
	const readyOf = async ({ request, params }: Pick<Call<'cluster'>, 'request' | 'params'>) => {
		const { id: learner } = await callerOf(request, learners);
		const id = params.id ?? '';
		const { state, problem } = sandboxes.renew(id, learner);
		const live = sandboxes.live(id, learner);
		const cluster = sandboxes.cluster(id, learner);
		if (state === 'failed') throw new LabError('sandbox.failed', { reason: problem?.message ?? 'nobody knows why' });
		if (!live || !cluster || state !== 'ready') throw new LabError('sandbox.not-ready');
		return { live, cluster };
	};

	const takeTurn = createAtOnce(mostCommands);

	serve(app, 'createSandbox', async ({ request, reply, body }) => {
		const { id: learner } = await callerOf(request, learners);
		reply.status(201);
		if ('topology' in body) return sandboxes.create({ learner, topology: body.topology, images: [] });
		const { id, topology, images } = lesson(body.lesson);
		return sandboxes.create({ learner, lesson: id, topology, images });
	});

	serve(app, 'listSandboxes', async ({ request }) => {
		const { id: learner } = await callerOf(request, learners);
		return { sandboxes: sandboxes.list(learner) };
	});

	serve(app, 'sandbox', async ({ request, params }) => {
		const { id: learner } = await callerOf(request, learners);
		return sandboxes.get(params.id ?? '', learner);
	});

	serve(app, 'removeSandbox', async ({ request, params }) => {
		const { id: learner } = await callerOf(request, learners);
		return { removed: await sandboxes.remove(params.id ?? '', learner) };
	});

	serve(app, 'renewLease', async ({ request, params }) => {
		const { id: learner } = await callerOf(request, learners);
		return sandboxes.renew(params.id ?? '', learner);
	});

	serve(app, 'cluster', async (call) => {
		const { live } = await readyOf(call);
		return live.cluster.refresh();
	});

	serve(app, 'steps', async (call) => {
		const { live } = await readyOf(call);
		await live.refresh();
		return { steps: live.steps };
	});

	serve(app, 'step', async (call) => {
		const { live } = await readyOf(call);
		const { step = '' } = call.params;
		const current = () => live.steps.find(({ id }) => id === step);
		if (!current()) throw new LabError('request.not-found', { path: call.request.url });
		await live.refresh();
		return untilPassed(live, current, call.query.waitMs, call.signal);
	});

	serve(app, 'exec', async (call) => {
		const { live, cluster } = await readyOf(call);
		const { node, run, timeoutMs } = call.body;
		using turn = takeTurn(call.params.id ?? '');
		if (!turn) throw new LabError('sandbox.busy', { most: mostCommands });
		const command = await live.fill(run);
		return await nodeOf(cluster, node).exec(['bash', '-lc', command], { timeoutMs, signal: call.signal });
	});
}

function nodeOf({ nodes }: SandboxCluster, name: string) {
	const node = nodes.find((candidate) => candidate.name === name);
	if (!node)
		throw new LabError('sandbox.node-not-found', { node: name, nodes: nodes.map((each) => each.name).join(', ') });
	return node;
}

/** The step as soon as it has passed, or as it is when the time is over or nobody waits any more. */
function untilPassed(
	live: LiveSandbox,
	current: () => StepProgress | undefined,
	waitMs: number,
	signal: AbortSignal,
): Promise<StepProgress> {
	const { promise, resolve } = Promise.withResolvers<StepProgress>();
	const stopLooking = live.look();
	const answer = () => {
		clearTimeout(timer);
		stop();
		stopLooking();
		const step = current();
		if (step) resolve(step);
	};
	const timer = setTimeout(answer, waitMs);
	const stop = live.onSteps(() => {
		if (current()?.passedAt !== undefined) answer();
	});
	signal.addEventListener('abort', answer, { once: true });
	if (current()?.passedAt !== undefined || signal.aborted) answer();
	return promise;
}
