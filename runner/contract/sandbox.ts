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

/** Something wrong with nodes that lasts, and that Docker itself says nowhere: the swarm's ingress network is gone, say. */
export const troubleSchema = z.strictObject({
	nodes: z.array(nodeNameSchema),
	text: z.string().describe('A sentence; `commands` in backquotes.'),
});
export type Trouble = z.infer<typeof troubleSchema>;

export const stepProgressSchema = z.strictObject({
	id: z.string(),
	passedAt: z.iso.datetime().optional().describe('Sticky: a step that passed once stays passed.'),
	checks: z.array(checkResultSchema).describe('In the order of the frontmatter; empty while nobody has looked.'),
});
export type StepProgress = z.infer<typeof stepProgressSchema>;
