// Lint course: a lesson that is wrong stops the build, in the same words as `shoal labs lint`.
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { formatProblem } from '#runner/lessons/format-problem.ts';
import { loadCourse } from '#runner/lessons/load-course.ts';

/** Names every problem of the course with file, line and column. While lessons are being written it only warns. */
export function lintCourse(labsDir: string): AstroIntegration {
	return {
		name: 'shoal:lint-course',
		hooks: {
			'astro:config:setup': async ({ command, config, logger }) => {
				const loaded = await loadCourse(labsDir, { relativeTo: fileURLToPath(new URL('..', config.root)) });
				if (loaded.ok) return;
				const text = loaded.problems.map(formatProblem).join('\n\n');
				if (command === 'build') throw withoutStack(`the course cannot be built:\n\n${text}\n`);
				logger.warn(`\n\n${text}\n`);
			},
		},
	};
}

/** Where in this program the mistake was found is of no use to who made it in a lesson. */
function withoutStack(message: string): Error {
	const error = new Error(message);
	error.stack = message;
	return error;
}
