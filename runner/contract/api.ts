// API: every HTTP route with the shape of what goes in and what comes out. The socket is in socket.ts.
import { z } from 'zod';
import { clusterStateSchema } from './cluster.ts';
import { courseSchema, lessonIdSchema, lessonOutlineSchema } from './lesson.ts';
import { sandboxSchema, stepProgressSchema } from './sandbox.ts';
import { nodeNameSchema, topologySchema } from './topology.ts';

/**
 * Who asks: the cookie `shoal` (pages; needs the right Origin on anything but GET) or `Authorization: Bearer <token>`
 * (programs). `POST /api/learners` gives both.
 */
export const routes = {
	health: {
		method: 'GET',
		path: '/api/health',
		response: z.strictObject({
			status: z.enum(['ready', 'engine-unreachable']),
			version: z.string(),
			sandboxes: z.strictObject({ used: z.int(), most: z.int() }),
		}),
	},
	createLearner: {
		method: 'POST',
		path: '/api/learners',
		response: z.strictObject({ learner: z.string(), token: z.string().describe('Keep it: it is the learner.') }),
	},
	course: {
		method: 'GET',
		path: '/api/course',
		response: z.strictObject({ course: courseSchema, lessons: z.array(lessonOutlineSchema) }),
	},
	progress: {
		method: 'GET',
		path: '/api/progress',
		response: z.strictObject({
			lessons: z.record(lessonIdSchema, z.record(z.string(), z.iso.datetime())).describe('lesson -> step -> passed at'),
		}),
	},
	hint: {
		method: 'GET',
		path: '/api/hint',
		query: z.strictObject({ lesson: lessonIdSchema, step: z.string(), number: z.coerce.number().int().min(1) }),
		response: z.strictObject({ hint: z.string(), more: z.boolean() }),
	},
	solution: {
		method: 'GET',
		path: '/api/solution',
		query: z.strictObject({ lesson: lessonIdSchema, step: z.string() }),
		response: z.strictObject({ commands: z.array(z.strictObject({ on: nodeNameSchema, run: z.string() })) }),
	},
	createSandbox: {
		method: 'POST',
		path: '/api/sandboxes',
		/** With a lesson the topology is the lesson's, and asking twice gives the same sandbox. */
		body: z.union([z.strictObject({ lesson: lessonIdSchema }), z.strictObject({ topology: topologySchema })]),
		response: sandboxSchema,
	},
	listSandboxes: {
		method: 'GET',
		path: '/api/sandboxes',
		response: z.strictObject({ sandboxes: z.array(sandboxSchema) }),
	},
	sandbox: { method: 'GET', path: '/api/sandboxes/:id', response: sandboxSchema },
	removeSandbox: { method: 'DELETE', path: '/api/sandboxes/:id', response: z.strictObject({ removed: z.boolean() }) },
	renewLease: { method: 'POST', path: '/api/sandboxes/:id/lease', response: sandboxSchema },
	cluster: { method: 'GET', path: '/api/sandboxes/:id/cluster', response: clusterStateSchema },
	steps: {
		method: 'GET',
		path: '/api/sandboxes/:id/steps',
		response: z.strictObject({ steps: z.array(stepProgressSchema) }),
	},
	/** Answers as soon as the step has passed, or after `waitMs` with what is still missing. */
	step: {
		method: 'GET',
		path: '/api/sandboxes/:id/steps/:step',
		query: z.strictObject({ waitMs: z.coerce.number().int().min(0).max(60_000).default(0) }),
		response: stepProgressSchema,
	},
	exec: {
		method: 'POST',
		path: '/api/sandboxes/:id/exec',
		body: z.strictObject({
			node: nodeNameSchema,
			run: z.string().min(1).max(65_536).describe('A shell command; `{{...}}` values are filled in first.'),
			timeoutMs: z.int().min(100).max(120_000).default(30_000),
		}),
		response: z.strictObject({
			exitCode: z.int(),
			stdout: z.string(),
			stderr: z.string(),
		}),
	},
} as const;
export type RouteName = keyof typeof routes;
export type ResponseOf<Name extends RouteName> = z.infer<(typeof routes)[Name]['response']>;
