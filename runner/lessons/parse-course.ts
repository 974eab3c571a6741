// Parse course: the text of course.yaml -> a course, or everything that is the matter with it. Pure.
import { type Course, courseSchema } from '#contract/lesson.ts';
import { type Path, readYaml } from './frontmatter.ts';
import { inOrder, type Problem, problemsOf } from './problem.ts';
import { findingsOf } from './validate.ts';

/** Gives also where a path of the course stands in the file, for problems that only show beside the lessons. */
export type ParsedCourse =
	| { ok: true; course: Course; problemAt: (path: Path, message: string) => Problem }
	| { ok: false; problems: Problem[] };

export function parseCourse(file: string, text: string): ParsedCourse {
	const report = problemsOf(file, text);
	const yaml = readYaml(text);
	if (yaml.mistakes.length > 0) {
		return { ok: false, problems: yaml.mistakes.map(({ position, message, hint }) => report(position, message, hint)) };
	}
	const findings = findingsOf(yaml.data, courseSchema, []);
	if (findings.length > 0) {
		const problems = findings.map(({ path, key, message, hint }) =>
			report(key === undefined ? yaml.positionOf(path) : yaml.positionOfKey(path, key), message, hint),
		);
		return { ok: false, problems: inOrder(problems) };
	}
	const course = courseSchema.parse(yaml.data);
	return { ok: true, course, problemAt: (path, message) => report(yaml.positionOf(path), message) };
}
