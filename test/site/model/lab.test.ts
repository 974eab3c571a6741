import { describe, expect, test } from 'vitest';
import { createApi } from '#site/model/api-client.ts';
import { createLab } from '#site/model/lab.ts';
import type { Screen } from '#site/model/terminals.ts';
import { answers, ok, type Reply, refused, sandbox, stringSockets } from '../fake-runner.ts';
import { handClock } from '../hand-clock.ts';

const screen: Screen = { write: (_, done) => done(), reset: () => {}, size: () => ({ cols: 80, rows: 24 }) };

function setUp(table: Record<string, Reply | Reply[]>) {
	const clock = handClock();
	const { open, sockets } = stringSockets();
	const { fetch, asked } = answers(table);
	const lab = createLab({
		lesson: 'day-01/01-form-a-swarm',
		nodes: ['manager1', 'worker1', 'worker2'],
		stepIds: ['init', 'join'],
		api: createApi(fetch),
		openSocket: open,
		clock,
		random: () => 1,
	});
	// What the terminals element does: shows whatever is in front, as soon as there is something to show.
	const show = () => lab.terminals.value?.show(lab.front.value, screen);
	lab.terminals.subscribe(show);
	lab.front.subscribe(show);
	const socket = (at = -1) => sockets.at(at) as NonNullable<(typeof sockets)[number]>;
	return { clock, lab, sockets, socket, asked };
}

const live = { 'GET /api/sandboxes': ok({ sandboxes: [sandbox()] }) };
const command = 'docker swarm join --token {{swarm.workerToken}} {{manager1.ip}}:2377';

describe('a lab', () => {
	test('attaches to the sandbox that is there, and shows what the runner says', async () => {
		const { lab, socket } = setUp(live);
		await lab.session.look();
		socket().accept();
		expect(socket().path).toBe('/api/sandboxes/sea/socket');
		socket().say({ type: 'steps', steps: [{ id: 'init', checks: [{ verdict: 'not-yet', because: 'No swarm.' }] }] });
		expect(lab.steps.views.value[0]?.status).toBe('not-yet');
		expect(socket().frames).toEqual([{ type: 'open', channel: 0, node: 'manager1', cols: 80, rows: 24 }]);
	});

	test('tells of ticks with their number', async () => {
		const { lab, socket } = setUp(live);
		const heard: [string, number][] = [];
		lab.onPass((step, number) => heard.push([step.id, number]));
		await lab.session.look();
		socket().accept();
		socket().say({ type: 'steps', steps: [] });
		socket().say({ type: 'steps', steps: [{ id: 'join', passedAt: '2026-01-01T00:00:00.000Z', checks: [] }] });
		expect(heard).toEqual([['join', 2]]);
	});

	test('runs a command as it stands in the lesson, in the terminal it belongs to', async () => {
		const { clock, lab, socket } = setUp(live);
		let revealed = 0;
		lab.onReveal(() => revealed++);
		await lab.session.look();
		socket().accept();
		const done = lab.run({ node: 'worker1', command, enter: true });
		expect([lab.front.value, revealed]).toEqual(['worker1', 1]);
		await clock.turn(0);
		socket().say({ type: 'opened', channel: 1, node: 'worker1', replayBytes: 0 });
		await clock.turn(0);
		expect(socket().frames.at(-1)).toEqual({ type: 'run', id: 'run-1', node: 'worker1', command, enter: true });
		socket().say({ type: 'ran', id: 'run-1' });
		expect(await done).toBeUndefined();
	});

	test('knows what is wrong with nodes until it is over, or the swarm is gone', async () => {
		const { lab, socket } = setUp(live);
		await lab.session.look();
		socket().accept();
		const troubles = [{ nodes: ['worker1'], text: 'its ingress network is gone' }];
		socket().say({ type: 'troubles', troubles });
		expect(lab.troubles.value).toEqual(troubles);
		socket().say({ type: 'troubles', troubles: [] });
		expect(lab.troubles.value).toEqual([]);
		socket().say({ type: 'troubles', troubles });
		lab.session.end();
		expect(lab.troubles.value).toEqual([]);
	});

	test('makes a sandbox first when there is none', async () => {
		const { clock, lab, socket, asked } = setUp({
			'GET /api/sandboxes': ok({ sandboxes: [] }),
			'POST /api/sandboxes': ok(sandbox({ state: 'making' })),
		});
		await lab.session.look();
		const done = lab.run({ node: 'manager1', command: 'docker node ls', enter: false });
		await clock.turn(0);
		expect(asked.at(-1)).toContain('POST /api/sandboxes');
		socket().accept();
		socket().say({ type: 'sandbox', sandbox: sandbox() });
		await clock.turn(0);
		socket().say({ type: 'opened', channel: 0, node: 'manager1', replayBytes: 0 });
		await clock.turn(0);
		expect(socket().frames.at(-1)).toMatchObject({ type: 'run', enter: false });
		socket().say({ type: 'ran', id: 'run-1' });
		expect(await done).toBeUndefined();
	});

	test.each<[string, Record<string, Reply>, string]>([
		[
			'no room',
			{ 'GET /api/sandboxes': ok({ sandboxes: [] }), 'POST /api/sandboxes': refused(503, 'engine.full') },
			'engine.full',
		],
		['no runner', {}, 'page.no-runner'],
	])('says why a command cannot be run: %s', async (_, table, code) => {
		const { lab } = setUp(table);
		await lab.session.look();
		expect(await lab.run({ node: 'manager1', command: 'true', enter: true })).toMatchObject({ code });
	});

	test('says what the runner says about a command', async () => {
		const { clock, lab, socket } = setUp(live);
		await lab.session.look();
		socket().accept();
		socket().say({ type: 'opened', channel: 0, node: 'manager1', replayBytes: 0 });
		const done = lab.run({ node: 'manager1', command, enter: true });
		await clock.turn(0);
		const error = { code: 'value.not-yet', message: 'There is no swarm yet.', retry: true };
		socket().say({ type: 'ran', id: 'run-1', error });
		expect(await done).toEqual(error);
	});

	test('does not wait for ever for a terminal or an answer', async () => {
		const { clock, lab, socket } = setUp(live);
		await lab.session.look();
		socket().accept();
		const unopened = lab.run({ node: 'manager1', command: 'true', enter: true });
		await clock.turn(15_000);
		expect(await unopened).toMatchObject({ code: 'page.timeout' });
		socket().say({ type: 'opened', channel: 0, node: 'manager1', replayBytes: 0 });
		const unanswered = lab.run({ node: 'manager1', command: 'true', enter: true });
		for (let second = 0; second < 20; second++) {
			socket().say({ type: 'pong' });
			await clock.turn(1000);
		}
		expect(await unanswered).toMatchObject({ code: 'page.timeout' });
	});

	test('refuses nodes that the lesson has not', async () => {
		const { lab } = setUp(live);
		expect(await lab.run({ node: 'worker9', command: 'true', enter: true })).toMatchObject({
			code: 'sandbox.node-not-found',
		});
	});

	test('comes back to the same shells after a drop', async () => {
		const { clock, lab, socket, sockets } = setUp({ ...live, 'GET /api/sandboxes/sea': ok(sandbox()) });
		await lab.session.look();
		socket().accept();
		socket().say({ type: 'opened', channel: 0, node: 'manager1', replayBytes: 0 });
		const shells = lab.terminals.value;
		socket().drop();
		expect(shells?.state('manager1').value.type).toBe('lost');
		await clock.turn(250);
		socket().accept();
		expect(sockets).toHaveLength(2);
		expect(lab.terminals.value).toBe(shells);
		expect(socket().frames[0]).toMatchObject({ type: 'open', node: 'manager1' });
	});

	test('is told apart from a sandbox that has ended', async () => {
		const { clock, lab, socket, sockets } = setUp({
			...live,
			'GET /api/sandboxes/sea': refused(404, 'sandbox.not-found'),
		});
		await lab.session.look();
		socket().accept();
		const unfinished = lab.run({ node: 'worker2', command: 'true', enter: true });
		await clock.turn(0);
		socket().say({ type: 'opened', channel: 2, node: 'worker2', replayBytes: 0 });
		await clock.turn(0);
		socket().drop();
		await clock.turn(250);
		expect(lab.session.state.value).toEqual({ type: 'ended' });
		expect(lab.terminals.value).toBeUndefined();
		expect(lab.connection.value).toEqual({ type: 'closed' });
		expect(await unfinished).toMatchObject({ code: 'sandbox.not-found' });
		await clock.turn(60_000);
		expect(sockets).toHaveLength(1);
	});

	test('shows at the terminal why it cannot be had, after trying for a while where that may help', async () => {
		const { clock, lab, socket } = setUp(live);
		await lab.session.look();
		socket().accept();
		const state = () => lab.terminals.value?.state('manager1').value;
		const busy = { code: 'sandbox.not-ready', message: 'Wait.', retry: true };
		for (let second = 0; second < 10; second++) {
			socket().say({ type: 'error', channel: 0, error: busy });
			expect(state()).toEqual({ type: 'lost' });
			await clock.turn(1000);
		}
		expect(socket().frames.filter(({ type }) => type === 'open')).toHaveLength(11);
		socket().say({ type: 'error', channel: 0, error: busy });
		expect(state()).toEqual({ type: 'refused', message: 'Wait.' });
		lab.terminals.value?.reopen('manager1');
		socket().say({
			type: 'error',
			channel: 0,
			error: { code: 'terminal.too-many', message: 'Too many.', retry: false },
		});
		expect(state()).toEqual({ type: 'refused', message: 'Too many.' });
	});
});
