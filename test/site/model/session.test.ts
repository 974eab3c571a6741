import { describe, expect, test } from 'vitest';
import { createApi } from '#site/model/api-client.ts';
import { createSession } from '#site/model/session.ts';
import { answers, ok, type Reply, refused, sandbox } from '../fake-runner.ts';

const lesson = 'day-01/01-form-a-swarm';

function setUp(table: Record<string, Reply | Reply[]>) {
	const { fetch, asked } = answers(table);
	const session = createSession({ api: createApi(fetch), lesson });
	return { session, asked, state: () => session.state.value };
}

describe('a session', () => {
	test('goes on with the sandbox that this lesson has already', async () => {
		const others = [sandbox({ id: 'other', lesson: 'day-01/02-x' }), sandbox({ id: 'dead', state: 'failed' })];
		const { session, state } = setUp({ 'GET /api/sandboxes': ok({ sandboxes: [...others, sandbox()] }) });
		await session.look();
		expect(state()).toEqual({ type: 'live', sandbox: sandbox() });
	});

	test('has none when the lesson has none', async () => {
		const { session, state } = setUp({ 'GET /api/sandboxes': ok({ sandboxes: [sandbox({ lesson: 'day-01/02-x' })] }) });
		await session.look();
		expect(state()).toEqual({ type: 'none' });
	});

	test('knows a static host from a runner in trouble', async () => {
		const bare = setUp({});
		await bare.session.look();
		expect(bare.state()).toEqual({ type: 'no-runner' });
		const sick = setUp({ 'GET /api/sandboxes': refused(503, 'engine.unreachable', 'No engine.') });
		await sick.session.look();
		expect(sick.state()).toMatchObject({ type: 'failed', problem: { message: 'No engine.' } });
	});

	test('says what the runner says when there is no room', async () => {
		const { session, state } = setUp({ 'POST /api/sandboxes': refused(503, 'engine.full', 'No room right now.') });
		await session.start();
		expect(state()).toMatchObject({ type: 'failed', problem: { code: 'engine.full', message: 'No room right now.' } });
	});

	test('follows the sandbox from its making to its end', async () => {
		const { session, state } = setUp({ 'POST /api/sandboxes': ok(sandbox({ state: 'making' })) });
		await session.start();
		expect(state()).toMatchObject({ type: 'live', sandbox: { state: 'making' } });
		session.take(sandbox());
		expect(state()).toMatchObject({ type: 'live', sandbox: { state: 'ready' } });
		session.take(sandbox({ state: 'ending' }));
		expect(state()).toEqual({ type: 'ended' });
	});

	test('says why the making failed', () => {
		const { session, state } = setUp({});
		session.take(
			sandbox({ state: 'failed', problem: { code: 'sandbox.failed', message: 'worker2 did not start', retry: true } }),
		);
		expect(state()).toMatchObject({ type: 'failed', problem: { message: 'worker2 did not start' } });
	});

	test('renews: removes the old sandbox, then asks for another', async () => {
		const { session, asked, state } = setUp({
			'DELETE /api/sandboxes/sea': ok({ removed: true }),
			'POST /api/sandboxes': ok(sandbox({ id: 'second' })),
		});
		session.take(sandbox());
		await session.renew();
		expect(asked.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
			'DELETE /api/sandboxes/sea',
			'POST /api/sandboxes',
		]);
		expect(state()).toMatchObject({ sandbox: { id: 'second' } });
	});

	test('renews also when the old one had gone by itself', async () => {
		const { session, state } = setUp({
			'DELETE /api/sandboxes/sea': refused(404, 'sandbox.not-found'),
			'POST /api/sandboxes': ok(sandbox({ id: 'second' })),
		});
		session.take(sandbox());
		await session.renew();
		expect(state()).toMatchObject({ sandbox: { id: 'second' } });
	});

	test('extends the lease, or says why not and leaves all as it is', async () => {
		const longer = sandbox({ leaseEndsAt: '2026-01-01T02:00:00.000Z' });
		const { session, state } = setUp({ 'POST /api/sandboxes/sea/lease': [ok(longer), 'network error'] });
		session.take(sandbox());
		expect(await session.extend()).toBeUndefined();
		expect(state()).toEqual({ type: 'live', sandbox: longer });
		expect(await session.extend()).toMatchObject({ code: 'page.offline' });
		expect(state()).toEqual({ type: 'live', sandbox: longer });
	});

	test('is still there when nobody can say, and ended when the runner says so', async () => {
		const { session, state } = setUp({
			'GET /api/sandboxes/sea': ['network error', refused(404, 'sandbox.not-found')],
		});
		session.take(sandbox());
		expect(await session.stillThere()).toBe(true);
		expect(await session.stillThere()).toBe(false);
		expect(state()).toEqual({ type: 'ended' });
	});
});
