import { execFile } from 'node:child_process';
import { cp, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const project = new URL('../..', import.meta.url).pathname;
let folder: string;
let labs: string;

/** Builds the course in `labs` into `folder`/dist, apart from the site that somebody may be looking at. */
async function build(): Promise<{ failed: boolean; output: string }> {
	const options = { root: join(project, 'site'), outDir: join(folder, 'dist'), cacheDir: join(folder, 'cache') };
	const program = `import { build } from 'astro'; await build(${JSON.stringify(options)});`;
	const env = { ...process.env, LABS_DIR: labs, ASTRO_TELEMETRY_DISABLED: '1', NO_COLOR: '1', NODE_ENV: 'production' };
	try {
		const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', program], {
			cwd: project,
			env,
		});
		return { failed: false, output: stdout + stderr };
	} catch (error) {
		const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
		return { failed: true, output: stdout + stderr };
	}
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'shoal-site-'));
	// Outside the project, as a teacher's own course is.
	labs = join(folder, 'labs');
	await cp(new URL('fixtures/course', import.meta.url), labs, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the built site', { timeout: 120_000 }, () => {
	const page = (path: string) => readFile(join(folder, 'dist', path), 'utf8');

	beforeAll(async () => {
		const { failed, output } = await build();
		if (failed) throw new Error(output);
	}, 120_000);

	test('has a page for the course, each lesson, and addresses that lead nowhere', async () => {
		const pages: string[] = [];
		for await (const name of glob('**/*.html', { cwd: join(folder, 'dist') })) pages.push(name);
		expect(pages.sort()).toEqual(['404.html', 'day-01/01-one/index.html', 'day-01/02-two/index.html', 'index.html']);
	});

	test('can be read without JavaScript', async () => {
		const lesson = await page('day-01/01-one/index.html');
		for (const part of [
			'<h1>The first lesson</h1>',
			'Some <strong>text</strong> to read.',
			'It is <strong>done</strong>.',
		])
			expect(lesson).toContain(part);
		expect(await page('index.html')).toContain('href="/day-01/02-two/"');
	});

	test('gives away no check, hint, solution or mistake', async () => {
		for await (const name of glob('**/*.{html,js,css,json}', { cwd: join(folder, 'dist') })) {
			expect(await page(name), name).not.toMatch(/secret-/);
		}
	});

	test('turns run blocks into buttons with the raw command, and shows its values in words', async () => {
		const lesson = await page('day-01/01-one/index.html');
		expect(lesson).toMatch(
			/<lab-run data-node="manager1" data-command="docker swarm join --token \{\{swarm\.workerToken\}\} [^"]*" data-enter="false">/,
		);
		expect(lesson).toContain('>worker token</span>');
		expect(lesson).toContain('>manager1 IP</span>');
		expect(lesson).toContain('{{.Name}}');
		expect(await page('day-01/02-two/index.html')).not.toContain('<lab-run');
	});

	test('has no inline script and no inline event handler, so that the page can forbid both', async () => {
		for await (const name of glob('**/*.html', { cwd: join(folder, 'dist') })) {
			const html = await page(name);
			expect(html.match(/<script(?![^>]*\ssrc=)[^>]*>/g), name).toBeNull();
			expect(html.match(/<[^>]+\son[a-z]+="/g), name).toBeNull();
		}
	});

	test('asks nothing of other hosts', async () => {
		for await (const name of glob('**/*.{html,css}', { cwd: join(folder, 'dist') })) {
			expect((await page(name)).match(/(?:src|href)="(?:https?:)?\/\/|url\(["']?https?:/g), name).toBeNull();
		}
	});
});

test('a lesson that is wrong stops the build, with file, line and column', { timeout: 60_000 }, async () => {
	const file = join(labs, 'day-01/02-two.mdx');
	const good = await readFile(file, 'utf8');
	await writeFile(file, good.replace('minutes: 7', 'minuets: 7'));
	const { failed, output } = await build();
	await writeFile(file, good);
	expect(failed).toBe(true);
	expect(output).toMatch(/02-two\.mdx:4:1 {2}unknown key "minuets", did you mean "minutes"\?/);
});
