import { describe, expect, test } from 'vitest';
import { createApi } from '#site/model/api-client.ts';
import { answers, ok, refused, sandbox } from '../fake-runner.ts';

const learner = ok({ learner: 'l1', token: 't1' });

describe('the API client', () => {
	test('fills path, query and body, and checks the answer', async () => {
		const { fetch, asked } = answers({
			'GET /api/sandboxes/a%2Fb': ok(sandbox()),
			'GET /api/hint': ok({ hint: 'Try.', more: false }),
			'POST /api/sandboxes': ok(sandbox()),
		});
		const api = createApi(fetch);
		expect(await api('sandbox', { params: { id: 'a/b' } })).toEqual({ ok: true, value: sandbox() });
		expect((await api('hint', { query: { lesson: 'day-01/x', step: 'init', number: 2 } })).ok).toBe(true);
		await api('createSandbox', { body: { lesson: 'day-01/x' } });
		expect(asked).toEqual([
			'GET /api/sandboxes/a%2Fb',
			'GET /api/hint?lesson=day-01%2Fx&step=init&number=2',
			'POST /api/sandboxes {"lesson":"day-01/x"}',
		]);
	});

	test('becomes a learner at the first 401 and repeats the call', async () => {
		const { fetch, asked } = answers({
			'GET /api/sandboxes': [refused(401, 'learner.unknown'), ok({ sandboxes: [] })],
			'POST /api/learners': learner,
		});
		expect(await createApi(fetch)('listSandboxes')).toEqual({ ok: true, value: { sandboxes: [] } });
		expect(asked).toEqual(['GET /api/sandboxes', 'POST /api/learners', 'GET /api/sandboxes']);
	});

	test('becomes one learner, not two, when two calls are refused at once', async () => {
		const { fetch, asked } = answers({
			'GET /api/sandboxes': [refused(401, 'learner.unknown'), ok({ sandboxes: [] })],
			'GET /api/progress': [refused(401, 'learner.unknown'), ok({ lessons: {} })],
			'POST /api/learners': learner,
		});
		const api = createApi(fetch);
		const both = await Promise.all([api('listSandboxes'), api('progress')]);
		expect(both.map((answer) => answer.ok)).toEqual([true, true]);
		expect(asked.filter((line) => line.startsWith('POST'))).toHaveLength(1);
	});

	test('asks once more only: a runner that knows nobody is a problem, not a loop', async () => {
		const { fetch, asked } = answers({
			'GET /api/sandboxes': refused(401, 'learner.unknown'),
			'POST /api/learners': learner,
		});
		expect(await createApi(fetch)('listSandboxes')).toMatchObject({ ok: false, problem: { code: 'learner.unknown' } });
		expect(asked).toHaveLength(3);
	});

	test.each([
		['the runner’s own words', refused(503, 'engine.full', 'No room right now.'), 'engine.full', 'No room right now.'],
		['a network that is down', 'network error', 'page.offline', expect.any(String)],
		['a static host', 'a web page', 'page.no-runner', expect.any(String)],
		['an answer of another shape', ok({ nonsense: true }), 'page.no-runner', expect.any(String)],
	] as const)('says what is wrong: %s', async (_, reply, code, message) => {
		const { fetch } = answers({ 'POST /api/sandboxes': reply });
		const answer = await createApi(fetch)('createSandbox', { body: { lesson: 'day-01/x' } });
		expect(answer).toMatchObject({ ok: false, problem: { code, message } });
	});
});
