// Sandbox: one learner's disposable cluster, as the API and the page see it.
import { z } from 'zod';
import { checkResultSchema } from './check.ts';
import { errorBodySchema } from './errors.ts';
import { lessonIdSchema } from './lesson.ts';
import { nodeNameSchema, topologySchema } from './topology.ts';

/** Stages of making a sandbox, in order. The page shows each with its seconds. */
export const stageNameSchema = z.enum(['network', 'nodes', 'engines', 'images', 'swarm']);
export type StageName = z.infer<typeof stageNameSchema>;

export const stageSchema = z.strictObject({
	name: stageNameSchema,
	state: z.enum(['running', 'done', 'failed']),
	startedAt: z.iso.datetime(),
	ms: z.number().optional().describe('How long it took, once it is over.'),
	detail: z.string().optional().describe('What it is waiting for: "worker2".'),
});
export type Stage = z.infer<typeof stageSchema>;

export const sandboxSchema = z.strictObject({
	id: z.string().describe('Unguessable.'),
	lesson: lessonIdSchema.optional(),
	topology: topologySchema,
	state: z.enum(['making', 'ready', 'failed', 'ending']),
	stages: z.array(stageSchema),
	nodes: z.array(z.strictObject({ name: nodeNameSchema, address: z.string() })).describe('Empty until they exist.'),
	createdAt: z.iso.datetime(),
	leaseEndsAt: z.iso.datetime(),
	problem: errorBodySchema.shape.error.optional().describe('Why it failed.'),
});
export type Sandbox = z.infer<typeof sandboxSchema>;

export const stepProgressSchema = z.strictObject({
	id: z.string(),
	passedAt: z.iso.datetime().optional().describe('Sticky: a step that passed once stays passed.'),
	checks: z.array(checkResultSchema).describe('In the order of the frontmatter; empty while nobody has looked.'),
});
export type StepProgress = z.infer<typeof stepProgressSchema>;
