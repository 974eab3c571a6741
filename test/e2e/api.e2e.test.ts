// An outside program drives a lab with nothing but the contract: the README's example, as it stands there.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { routes } from '#contract/api.ts';
import { startLab } from './lab.ts';

test('the README’s example makes a sandbox, runs a command and waits for a check', { timeout: 180_000 }, async () => {
	const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
	const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
	expect(example).toContain("'http://localhost:4400/api'");
	await using lab = await startLab();
	const program = example.replace('http://localhost:4400', lab.url);
	const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
		timeout: 150_000,
	});
	expect(stdout).toMatch(/id: 'create',\s+passedAt: '/);
	expect(stdout).toMatch(/verdict: 'pass'/);
});

test('answers have the shapes that the contract promises, errors too', async () => {
	await using lab = await startLab();
	const get = async (path: string, headers: Record<string, string> = {}) =>
		(await fetch(`${lab.url}${path}`, { headers })).json();
	expect(routes.health.response.parse(await get(routes.health.path))).toMatchObject({ status: 'ready' });
	const course = routes.course.response.parse(await get(routes.course.path));
	expect(course.lessons.map((lesson) => lesson.id)).toContain('day-01/01-form-a-swarm');
	expect(JSON.stringify(course)).not.toContain('solution');

	const made = await fetch(`${lab.url}/api/learners`, { method: 'POST' });
	expect(made.status).toBe(201);
	expect(made.headers.get('set-cookie')).toMatch(/^shoal=[\w-]{43};.*HttpOnly; SameSite=Strict/);
	const { token } = routes.createLearner.response.parse(await made.json());
	const headers = { authorization: `Bearer ${token}` };
	expect(routes.progress.response.parse(await get('/api/progress', headers))).toEqual({ lessons: {} });

	const post = async (body: unknown) => {
		const options = {
			method: 'POST',
			headers: { ...headers, 'content-type': 'application/json' },
			body: JSON.stringify(body),
		};
		const answer = await fetch(`${lab.url}/api/sandboxes`, options);
		return [answer.status, ((await answer.json()) as { error: { message: string } }).error.message];
	};
	expect([
		await post({ lesson: 'day-09/none' }),
		await post({ topology: { managers: 9 } }),
		await post({}),
		[401, ((await get('/api/progress')) as { error: { message: string } }).error.message],
		[404, ((await get('/api/nothing')) as { error: { message: string } }).error.message],
	]).toMatchInlineSnapshot(`
		[
		  [
		    404,
		    "There is no lesson "day-09/none".",
		  ],
		  [
		    400,
		    "body.topology.managers: Too big: expected number to be <=5",
		  ],
		  [
		    400,
		    "body: Invalid input",
		  ],
		  [
		    401,
		    "This request says no learner. Ask for a token with POST /api/learners.",
		  ],
		  [
		    404,
		    "There is nothing at /api/nothing.",
		  ],
		]
	`);
});
