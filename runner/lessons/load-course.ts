// Load course: a folder of labs -> the course and its lessons, or every problem in all of its files at once.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Course, Lesson } from '#contract/lesson.ts';
import { didYouMean } from './did-you-mean.ts';
import { readFrontmatter } from './frontmatter.ts';
import { ignoreMissing, type LabImage, readKnownImages } from './known-images.ts';
import { parseCourse } from './parse-course.ts';
import { type ParsedLesson, parseLesson } from './parse-lesson.ts';
import { inOrder, type Problem, problemsOf } from './problem.ts';

export type LoadedCourse =
	| { ok: true; course: Course; lessons: Lesson[]; images: LabImage[] }
	| { ok: false; problems: Problem[] };

export interface LoadOptions {
	/** What file names in problems are relative to; the current folder of whoever reads them. */
	relativeTo?: string;
}

/**
 * Reads `course.yaml`, `<day>/*.mdx` and `images/`. Lessons come in the order of the course's days, then of their names. Files
 * and folders whose names begin with "." or "_" are left alone. Throws only when files cannot be read.
 */
export async function loadCourse(labs: string, { relativeTo = labs }: LoadOptions = {}): Promise<LoadedCourse> {
	const shown = (path: string) => relative(relativeTo, path) || path;
	const courseFile = join(labs, 'course.yaml');
	const courseText = await readFile(courseFile, 'utf8').catch(ignoreMissing(undefined));
	if (courseText === undefined) {
		const message = `there is no course.yaml in ${labs}`;
		return { ok: false, problems: [{ file: shown(courseFile), line: 1, column: 1, sourceLine: '', message }] };
	}
	const { images, problems: imageProblems } = await readKnownImages(labs);
	const problems = imageProblems.map((problem) => ({ ...problem, file: shown(problem.file) }));

	const course = parseCourse(shown(courseFile), courseText);
	if (!course.ok) problems.push(...course.problems);

	const knownImages = images.map((image) => image.name);
	const files = (await lessonFiles(labs)).map((each) => ({ ...each, file: shown(each.path), knownImages }));
	const parsed = files.map((each) => ({ ...each, parsed: parseLesson(each) }));
	problems.push(...parsed.flatMap((each) => (each.parsed.ok ? [] : each.parsed.problems)));
	problems.push(...needsProblems(parsed));

	if (course.ok) {
		const days = course.course.days.map((day) => day.id);
		problems.push(...parsed.flatMap((each) => dayProblem(each, days)));
		for (const [index, day] of days.entries()) {
			if (parsed.some((each) => each.id.startsWith(`${day}/`))) continue;
			problems.push(course.problemAt(['days', index, 'id'], `day "${day}" has no lessons: no file ${day}/*.mdx`));
		}
	}
	if (!course.ok || problems.length > 0) return { ok: false, problems: inOrder(problems) };

	const order = course.course.days.map((day) => day.id);
	const place = (lesson: Lesson) => order.indexOf(lesson.id.split('/')[0] ?? '');
	const lessons = parsed
		.flatMap((each) => (each.parsed.ok ? [each.parsed.lesson] : []))
		.sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
	return { ok: true, course: course.course, lessons, images };
}

interface ParsedFile {
	file: string;
	id: string;
	text: string;
	parsed: ParsedLesson;
}

async function lessonFiles(labs: string): Promise<{ path: string; id: string; text: string }[]> {
	const isOurs = (name: string) => !/^[._]/.test(name) && name !== 'images';
	const days = (await readdir(labs, { withFileTypes: true })).filter(
		(entry) => entry.isDirectory() && isOurs(entry.name),
	);
	const files: { path: string; id: string; text: string }[] = [];
	for (const day of days.map((entry) => entry.name).sort()) {
		const names = (await readdir(join(labs, day))).filter((name) => name.endsWith('.mdx') && isOurs(name)).sort();
		for (const name of names) {
			const path = join(labs, day, name);
			files.push({ path, id: `${day}/${name.slice(0, -'.mdx'.length)}`, text: await readFile(path, 'utf8') });
		}
	}
	return files;
}

/** `needs` names a lesson that is there, and following it never comes back to where it began. */
function needsProblems(files: readonly ParsedFile[]): Problem[] {
	const ids = files.map((file) => file.id);
	const needs = new Map(files.flatMap(({ id, parsed }) => (parsed.ok ? [[id, parsed.lesson.needs] as const] : [])));
	return files.flatMap(({ file, id, text }) => {
		const needed = needs.get(id);
		if (needed === undefined) return [];
		const at = (message: string, hint?: string) => [
			problemsOf(file, text)(readFrontmatter(text)?.positionOf(['needs']) ?? { line: 1, column: 1 }, message, hint),
		];
		if (!ids.includes(needed)) {
			const closest = didYouMean(needed, ids);
			return at(
				`there is no lesson "${needed}"${closest ? `, did you mean "${closest}"?` : ''}`,
				`lessons: ${ids.join(', ')}`,
			);
		}
		return leadsBack(id, needs) ? at(`"needs" leads back to this lesson, so neither can come first`) : [];
	});
}

function leadsBack(id: string, needs: ReadonlyMap<string, string | undefined>): boolean {
	const passed = new Set<string>();
	let current = needs.get(id);
	while (current !== undefined && !passed.has(current)) {
		if (current === id) return true;
		passed.add(current);
		current = needs.get(current);
	}
	return false;
}

function dayProblem({ file, id, text }: ParsedFile, days: readonly string[]): Problem[] {
	const [day = ''] = id.split('/');
	if (days.includes(day)) return [];
	const message = `the folder "${day}" is not a day of course.yaml, so this lesson would not be shown`;
	return [problemsOf(file, text)({ line: 1, column: 1 }, message, `days: ${days.join(', ')}`)];
}
