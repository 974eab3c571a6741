// Loading a course: a folder of files -> course and lessons, or every problem of all files.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { formatProblem } from '#runner/lessons/format-problem.ts';
import { imageName } from '#runner/lessons/known-images.ts';
import { loadCourse } from '#runner/lessons/load-course.ts';
import { lessonText, spoiled } from './lesson-text.ts';

const courseText = `title: Swarm
summary: A course.
days:
  - { id: day-01, title: One, summary: The first. }
`;
const first = spoiled(['needs: day-01/01-form-a-swarm\n', '']);
const good = {
	'course.yaml': courseText,
	'day-01/01-form-a-swarm.mdx': first,
	'day-01/02-scale.mdx': lessonText,
	'images/goweb/Dockerfile': '# image: carmeloc/goweb:1.0\nFROM scratch\n',
};

async function folder(files: Record<string, string>): Promise<string> {
	const root = await mkdtemp(join(tmpdir(), 'labs-'));
	onTestFinished(() => rm(root, { recursive: true }));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(root, name)), { recursive: true });
		await writeFile(join(root, name), text);
	}
	return root;
}

async function said(files: Record<string, string>): Promise<string> {
	const root = await folder(files);
	const loaded = await loadCourse(root);
	return loaded.ok ? 'no problem' : `\n${loaded.problems.map(formatProblem).join('\n').replaceAll(root, '<labs>')}\n`;
}

test('a good course', async () => {
	const root = await folder(good);
	const loaded = await loadCourse(root);
	expect(loaded).toMatchObject({ ok: true, course: { title: 'Swarm' } });
	if (!loaded.ok) return;
	expect(loaded.lessons.map((lesson) => lesson.id)).toEqual(['day-01/01-form-a-swarm', 'day-01/02-scale']);
	expect(loaded.images).toEqual([{ name: 'carmeloc/goweb:1.0', directory: join(root, 'images/goweb') }]);
});

test('the course that comes with Shoal', async () => {
	const loaded = await loadCourse(join(import.meta.dirname, '../../../labs'));
	expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([]);
});

test('days come in the order of the course', async () => {
	const two =
		'title: Swarm\nsummary: A course.\ndays: [{ id: zero, title: Z, summary: Z. }, { id: day-01, title: O, summary: O. }]';
	const root = await folder({ ...good, 'course.yaml': two, 'zero/01-first.mdx': first });
	const loaded = await loadCourse(root);
	expect(loaded.ok && loaded.lessons.map((lesson) => lesson.id)).toEqual([
		'zero/01-first',
		'day-01/01-form-a-swarm',
		'day-01/02-scale',
	]);
});

test('drafts and other files are left alone', async () => {
	expect(
		await said({ ...good, 'day-01/_draft.mdx': 'x', 'day-01/notes.md': 'x', '.git/config': 'x', '_old/01.mdx': 'x' }),
	).toBe('no problem');
});

test('problems of all files at once', async () => {
	expect(
		await said({
			...good,
			'course.yaml': courseText.replace('summary: A course.', 'sumary: A course.'),
			'day-01/01-form-a-swarm.mdx': first.replace('minutes: 10', 'minutes: 0'),
			'day-01/02-scale.mdx': spoiled(['replicas: 3', 'replica: 3']),
			'images/goweb/Dockerfile': 'FROM scratch\n',
		}),
	).toMatchInlineSnapshot(`
		"
		course.yaml:1:1  "summary" is missing
		    1 | title: Swarm
		      | ^
		course.yaml:2:1  unknown key "sumary", did you mean "summary"?
		    2 | sumary: A course.
		      | ^
		      = known keys: title, summary, days
		day-01/01-form-a-swarm.mdx:4:10  "minutes" should be at least 1, not 0
		    4 | minutes: 0
		      |          ^
		day-01/02-scale.mdx:12:9  unknown key "replica", did you mean "replicas"?
		   12 |         replica: 3
		      |         ^
		      = keys of a service check: service, image, mode, replicas, running, nodes, on, notOn, published, networks, update, absent
		images/goweb/Dockerfile:1:1  the first line should say the name of the image: # image: name:tag
		    1 | FROM scratch
		      | ^
		"
	`);
});

test('a lesson that is not there', async () => {
	expect(
		await said({ ...good, 'day-01/02-scale.mdx': spoiled(['day-01/01-form-a-swarm', 'day-01/01-from-a-swarm']) }),
	).toMatchInlineSnapshot(`
		"
		day-01/02-scale.mdx:7:8  there is no lesson "day-01/01-from-a-swarm", did you mean "day-01/01-form-a-swarm"?
		    7 | needs: day-01/01-from-a-swarm
		      |        ^
		      = lessons: day-01/01-form-a-swarm, day-01/02-scale
		"
	`);
});

test('lessons that need each other', async () => {
	const circle = spoiled(['needs: day-01/01-form-a-swarm', 'needs: day-01/02-scale']);
	expect(await said({ ...good, 'day-01/01-form-a-swarm.mdx': circle })).toMatchInlineSnapshot(`
		"
		day-01/01-form-a-swarm.mdx:7:8  "needs" leads back to this lesson, so neither can come first
		    7 | needs: day-01/02-scale
		      |        ^
		day-01/02-scale.mdx:7:8  "needs" leads back to this lesson, so neither can come first
		    7 | needs: day-01/01-form-a-swarm
		      |        ^
		"
	`);
});

test('a day without lessons, and lessons without a day', async () => {
	const other = courseText.replace('day-01', 'day-02');
	expect(await said({ ...good, 'course.yaml': other })).toMatchInlineSnapshot(`
		"
		course.yaml:4:11  day "day-02" has no lessons: no file day-02/*.mdx
		    4 |   - { id: day-02, title: One, summary: The first. }
		      |           ^
		day-01/01-form-a-swarm.mdx:1:1  the folder "day-01" is not a day of course.yaml, so this lesson would not be shown
		    1 | ---
		      | ^
		      = days: day-02
		day-01/02-scale.mdx:1:1  the folder "day-01" is not a day of course.yaml, so this lesson would not be shown
		    1 | ---
		      | ^
		      = days: day-02
		"
	`);
});

test('a file where a folder should be', async () => {
	const file = join(await folder({ 'labs.mdx': lessonText }), 'labs.mdx');
	expect(await loadCourse(file)).toMatchObject({
		ok: false,
		problems: [{ message: `there is no course.yaml in ${file}` }],
	});
});

test('a folder that is no course', async () => {
	expect(await said({})).toMatchInlineSnapshot(`
		"
		course.yaml:1:1  there is no course.yaml in <labs>
		"
	`);
});

test.each([
	['# image: carmeloc/goweb:1.0\nFROM x', 'carmeloc/goweb:1.0'],
	['#image: a:1', 'a:1'],
	['# image: localhost:5000/a/b:1.0\r\nFROM x', 'localhost:5000/a/b:1.0'],
	['# image: goweb\nFROM x', undefined],
	['FROM x\n# image: a:1', undefined],
	['', undefined],
])('the name in %j is %s', (dockerfile, name) => {
	expect(imageName(dockerfile)).toBe(name);
});
