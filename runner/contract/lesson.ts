// Lesson: the frontmatter of one MDX file, and what of it the page and the API may show.
import { z } from 'zod';
import { checkSchema } from './check.ts';
import { nodeNameSchema, topologySchema } from './topology.ts';

/** `day-01/01-form-a-swarm`: the lesson's file below `labs/`, without `.mdx`. */
export const lessonIdSchema = z
	.string()
	.regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'a lesson is named <day>/<lesson>, as its file is, without .mdx');

export const commandSchema = z.strictObject({
	on: nodeNameSchema.describe('The node in whose terminal the command is typed.'),
	run: z.string().min(1).describe('The command. `{{...}}` values are filled in first.'),
});
export type Command = z.infer<typeof commandSchema>;

export const stepSchema = z.strictObject({
	id: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a step id is lower-case words joined by "-"'),
	checks: z.array(checkSchema).min(1).describe('All of them must pass at the same moment.'),
	hints: z.array(z.string().min(1)).default([]).describe('Shown one after another when the learner asks.'),
	solution: z.array(commandSchema).min(1).describe('Commands that make the checks pass.'),
	wrong: z
		.array(z.union([commandSchema, z.array(commandSchema).min(1)]))
		.default([])
		.describe('Likely mistakes, each tried on its own; the step must stay red after each.'),
});
export type Step = z.infer<typeof stepSchema>;

export const lessonSchema = z.strictObject({
	title: z.string().min(1),
	summary: z.string().min(1).optional().describe('One sentence for the course page.'),
	minutes: z.int().min(1).max(240),
	topology: topologySchema,
	images: z.array(z.string().min(1)).default([]).describe('Images that every node has from the start.'),
	needs: lessonIdSchema.optional().describe('The lesson that comes before.'),
	steps: z
		.array(stepSchema)
		.min(1)
		.refine((steps) => new Set(steps.map((step) => step.id)).size === steps.length, {
			error: 'two steps have the same id',
		}),
});
export type LessonFrontmatter = z.infer<typeof lessonSchema>;
export type Lesson = LessonFrontmatter & { id: string };

export const courseSchema = z.strictObject({
	title: z.string().min(1),
	summary: z.string().min(1),
	days: z
		.array(
			z.strictObject({
				id: z.string().regex(/^[a-z0-9-]+$/),
				title: z.string().min(1),
				summary: z.string().min(1),
			}),
		)
		.min(1),
});
export type Course = z.infer<typeof courseSchema>;

/** A lesson as the API shows it: no solutions, no wrong answers. */
export const lessonOutlineSchema = z.strictObject({
	id: lessonIdSchema,
	title: z.string(),
	minutes: z.int(),
	topology: topologySchema,
	steps: z.array(z.strictObject({ id: z.string(), hints: z.int().describe('How many hints there are.') })),
});
export type LessonOutline = z.infer<typeof lessonOutlineSchema>;
