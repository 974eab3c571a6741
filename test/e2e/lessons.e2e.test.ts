// Both lessons, done by a learner in a real browser: by clicking, by typing, with a reload in between.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../setup/browser.ts';
import { type Lab, startLab } from './lab.ts';
import { lessonPage } from './lesson-page.ts';

let lab: Lab;
let browser: Browser;
const faults: string[] = [];

beforeAll(async () => {
	[lab, browser] = await Promise.all([startLab(), openBrowser()]);
});
afterAll(async () => {
	await browser?.close();
	await lab?.[Symbol.asyncDispose]();
});

async function learner(): Promise<Page> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
	const page = await context.newPage();
	page.on('pageerror', (error) => faults.push(error.message));
	page.on('console', (message) => {
		// A first visit is answered with 401, upon which the page asks for a learner.
		if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text());
	});
	return page;
}

test('"Form a swarm" by clicking Run: the token flows into the next node’s command', { timeout: 240_000 }, async () => {
	const page = await learner();
	const lesson = lessonPage(page);
	await lesson.open(lab.url, 'day-01/01-form-a-swarm');
	await lesson.startSwarm();

	await lesson.run(1);
	await lesson.untilPassed('init');
	await lesson.run(2);
	await lesson.untilScreen('manager1', /HOSTNAME .* manager1 .* Leader/);
	expect(await lesson.statusOf('join-worker1')).toBe('not-yet');
	expect(await lesson.textOf('join-worker1')).toContain('worker1');

	await lesson.run(3);
	await lesson.untilPassed('join-worker1');
	await lesson.untilScreen('worker1', /docker swarm join --token SWMTKN-1-.*This node joined a swarm as a worker/);
	await lesson.run(4);
	await lesson.untilPassed('join-worker2');
	// The label is typed by hand.
	await lesson.type('manager1', 'docker node update --label-add disk=ssd worker2');
	await lesson.untilPassed('label');
	expect(await page.getByRole('progressbar', { name: 'Progress in this lesson' }).getAttribute('aria-valuetext')).toBe(
		'4 of 4 steps',
	);
	expect(faults).toEqual([]);
	await page.context().close();
});

test('"Your first service" by typing; a reload brings back the same screen and the same ticks', {
	timeout: 300_000,
}, async () => {
	const page = await learner();
	const lesson = lessonPage(page);
	await lesson.open(lab.url, 'day-01/02-first-service');
	await lesson.startSwarm();

	await lesson.type(
		'manager1',
		'docker service create --name goweb --publish published=8888,target=8080 carmeloc/goweb:1.0',
	);
	await lesson.untilPassed('create');
	await lesson.untilScreen('manager1', /verify: Service \S+ converged/);

	await lesson.type('manager1', 'clear; NOTE=kept; docker service ls');
	await lesson.untilScreen('manager1', /goweb +replicated +1\/1/);
	const before = await lesson.screenOf('manager1');
	await page.reload();
	await lesson.untilScreen('manager1', /goweb +replicated +1\/1/);
	expect(await lesson.screenOf('manager1')).toBe(before);
	expect(await lesson.statusOf('create')).toBe('passed');
	await lesson.type('manager1', 'echo "NOTE is $NOTE"');
	await lesson.untilScreen('manager1', /NOTE is kept/);

	await lesson.type('manager1', 'docker service scale goweb=3');
	await lesson.untilPassed('scale-up');
	await lesson.untilScreen('manager1', /goweb scaled to 3 .* converged/);
	await lesson.type('manager1', 'docker node update --availability drain worker1');
	await lesson.untilPassed('self-heal');
	await lesson.type('manager1', 'docker node update --availability active worker1');
	await lesson.type('manager1', 'docker service rm goweb');
	await lesson.untilPassed('remove');
	expect(faults).toEqual([]);
	await page.context().close();
});

test('what is wrong with the swarm is on the page until it is mended, also after a reload', {
	timeout: 240_000,
}, async () => {
	const page = await learner();
	const lesson = lessonPage(page);
	await lesson.open(lab.url, 'day-01/02-first-service');
	await lesson.startSwarm();
	const trouble = page.getByText(/manager1.*: The swarm has no ingress network/);
	await lesson.type('manager1', 'echo y | docker network rm ingress');
	await trouble.waitFor({ timeout: 60_000 });
	await page.reload();
	await trouble.waitFor({ timeout: 60_000 });
	await lesson.type('manager1', 'docker network create --driver overlay --ingress ingress');
	await trouble.waitFor({ state: 'detached', timeout: 60_000 });
	expect(faults).toEqual([]);
	await page.context().close();
});

test('one learner cannot see another’s sandbox', async () => {
	const token = async () => {
		const made = (await (await fetch(`${lab.url}/api/learners`, { method: 'POST' })).json()) as { token: string };
		return { authorization: `Bearer ${made.token}`, 'content-type': 'application/json' };
	};
	const [mine, theirs] = [await token(), await token()];
	const body = JSON.stringify({ topology: { managers: 1, workers: 0, swarm: 'unformed' } });
	const sandbox = (await (await fetch(`${lab.url}/api/sandboxes`, { method: 'POST', headers: mine, body })).json()) as {
		id: string;
	};
	const at = `${lab.url}/api/sandboxes/${sandbox.id}`;
	const statuses = await Promise.all(
		[
			fetch(at, { headers: theirs }),
			fetch(`${at}/cluster`, { headers: theirs }),
			fetch(`${at}/exec`, { method: 'POST', headers: theirs, body: '{"node":"manager1","run":"id"}' }),
			fetch(`${at}/lease`, { method: 'POST', headers: theirs, body: '{}' }),
			fetch(`${at}/socket`, { headers: { ...theirs, connection: 'upgrade', upgrade: 'websocket' } }).catch(() => ({
				status: 404,
			})),
		].map(async (answer) => (await answer).status),
	);
	expect(statuses).toEqual([404, 404, 404, 404, 404]);
	expect(
		await (await fetch(at, { method: 'DELETE', headers: { authorization: theirs.authorization } })).json(),
	).toEqual({ removed: false });
	expect(await (await fetch(at, { method: 'DELETE', headers: { authorization: mine.authorization } })).json()).toEqual({
		removed: true,
	});
});
