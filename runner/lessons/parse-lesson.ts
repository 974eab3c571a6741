// Parse lesson: the text of one MDX file -> a lesson, or everything that is the matter with it. Pure.
import { type Lesson, lessonIdSchema } from '#contract/lesson.ts';
import { crossCheck } from './cross-checks.ts';
import { readFrontmatter } from './frontmatter.ts';
import { inOrder, type Problem, problemsOf } from './problem.ts';
import { scanBody } from './scan-body.ts';
import { validateLesson } from './validate.ts';

export interface LessonFile {
	/** The name by which problems call it: `labs/day-01/02-first-service.mdx`. */
	file: string;
	/** `day-01/02-first-service`. */
	id: string;
	text: string;
	/** Images that the course builds. Without it, any image passes. */
	knownImages?: readonly string[];
}

export type ParsedLesson = { ok: true; lesson: Lesson } | { ok: false; problems: Problem[] };

export function parseLesson({ file, id, text, knownImages }: LessonFile): ParsedLesson {
	const report = problemsOf(file, text);
	const top = { line: 1, column: 1 };
	if (!lessonIdSchema.safeParse(id).success) {
		const message = `"${id}" cannot be the name of a lesson: use lower-case letters, digits and "-"`;
		return { ok: false, problems: [report(top, message)] };
	}
	const frontmatter = readFrontmatter(text);
	if (frontmatter === undefined) {
		const message = 'a lesson begins with frontmatter: a line "---", YAML, and another line "---"';
		return { ok: false, problems: [report(top, message)] };
	}
	if (frontmatter.mistakes.length > 0) {
		const problems = frontmatter.mistakes.map(({ position, message, hint }) => report(position, message, hint));
		return { ok: false, problems: inOrder(problems) };
	}
	const validated = validateLesson(frontmatter.data);
	if (!validated.ok) {
		const problems = validated.findings.map(({ path, key, message, hint }) =>
			report(key === undefined ? frontmatter.positionOf(path) : frontmatter.positionOfKey(path, key), message, hint),
		);
		return { ok: false, problems: inOrder(problems) };
	}
	const body = scanBody(
		text
			.split('\n')
			.slice(frontmatter.bodyLine - 1)
			.join('\n'),
		frontmatter.bodyLine,
	);
	const problems = crossCheck({ lesson: validated.lesson, frontmatter, body, knownImages, report });
	if (problems.length > 0) return { ok: false, problems: inOrder(problems) };
	return { ok: true, lesson: { ...validated.lesson, id } };
}
