import { describe, expect, test } from 'vitest';
import { createSteps } from '#site/model/steps.ts';

const pass = { verdict: 'pass', because: 'It is so.' } as const;
const notYet = { verdict: 'not-yet', because: '2 of 3 run.' } as const;
const unknown = { verdict: 'cannot-tell', because: 'worker2 does not answer.' } as const;
const at = '2026-01-01T00:00:00.000Z';
const ids = ['init', 'join'];

describe('steps', () => {
	test('are open until somebody has looked', () => {
		expect(createSteps(ids).views.value.map(({ status }) => status)).toEqual(['open', 'open']);
	});

	test('say why not, for the checks that do not pass', () => {
		const steps = createSteps(['init']);
		steps.take([{ id: 'init', checks: [pass, notYet, unknown] }]);
		expect(steps.views.value).toEqual([{ id: 'init', status: 'not-yet', reasons: [notYet, unknown] }]);
	});

	test('say the same reason once, however many checks have it', () => {
		const steps = createSteps(['init']);
		steps.take([{ id: 'init', checks: [notYet, pass, notYet, unknown] }]);
		expect(steps.views.value[0]?.reasons).toEqual([notYet, unknown]);
	});

	test('say that nobody can tell, when that is all', () => {
		const steps = createSteps(['init']);
		steps.take([{ id: 'init', checks: [pass, unknown] }]);
		expect(steps.views.value[0]?.status).toBe('cannot-tell');
	});

	test('do not announce what had passed before the page looked', () => {
		const steps = createSteps(ids);
		expect(steps.take([{ id: 'init', passedAt: at, checks: [] }])).toEqual([]);
		expect(steps.take([{ id: 'join', passedAt: at, checks: [] }]).map(({ id }) => id)).toEqual(['join']);
		expect(steps.take([{ id: 'join', passedAt: at, checks: [] }])).toEqual([]);
	});

	test('stay passed, in another sandbox too', () => {
		const steps = createSteps(ids);
		steps.restore({ init: at });
		steps.take([
			{ id: 'init', checks: [notYet] },
			{ id: 'join', checks: [notYet] },
		]);
		expect(steps.views.value.map(({ status }) => status)).toEqual(['passed', 'not-yet']);
		steps.forget();
		expect(steps.views.value.map(({ status }) => status)).toEqual(['passed', 'open']);
	});

	test('keep the lesson’s order and leave out what is not in it', () => {
		const steps = createSteps(ids);
		steps.take([
			{ id: 'other', checks: [] },
			{ id: 'join', checks: [notYet] },
		]);
		expect(steps.views.value.map(({ id }) => id)).toEqual(ids);
	});
});
