// Content: the course and its lessons, read from the labs folder and checked with the runner's own schemas.
import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { courseSchema, lessonSchema } from '#contract/lesson.ts';

export const collections = {
	course: defineCollection({
		loader: glob({ base: LABS_DIR, pattern: 'course.yaml' }),
		schema: courseSchema,
	}),
	lessons: defineCollection({
		loader: glob({
			base: LABS_DIR,
			// As the runner reads it: names that begin with "." or "_" are drafts.
			pattern: '[!._]*/[!._]*.mdx',
			generateId: ({ entry }) => entry.replace(/\.mdx$/, ''),
		}),
		schema: lessonSchema,
	}),
};
