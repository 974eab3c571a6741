// Check: a statement about the cluster, written as data in a lesson's frontmatter.
import { z } from 'zod';
import { nodeNameSchema } from './topology.ts';

const count = z.int().min(0);
/** Either exactly N (`3`) or a range (`{ min: 2 }`, `{ min: 2, max: 4 }`). */
export const amountSchema = z.union([count, z.strictObject({ min: count.optional(), max: count.optional() })]);
export type Amount = z.infer<typeof amountSchema>;

const absent = z.literal(true).optional().describe('The check passes when the thing does not exist.');
const name = z.string().min(1);
const labels = z.record(z.string(), z.string());

export const swarmCheckSchema = z.strictObject({
	swarm: z.enum(['formed', 'absent']).describe('"formed": a swarm exists. "absent": no node is part of one.'),
	managers: amountSchema.optional().describe('Managers that are reachable.'),
	workers: amountSchema.optional().describe('Workers that are ready.'),
	nodes: amountSchema.optional().describe('All nodes that are ready.'),
	leader: nodeNameSchema.optional().describe('The node that leads.'),
	autolock: z.boolean().optional().describe('Whether managers ask for a key after a restart.'),
});

export const nodeCheckSchema = z.strictObject({
	node: nodeNameSchema.describe('The node, by its hostname.'),
	role: z.enum(['manager', 'worker']).optional(),
	availability: z.enum(['active', 'pause', 'drain']).optional(),
	status: z.enum(['ready', 'down', 'unknown', 'disconnected']).optional(),
	leader: z.boolean().optional(),
	labels: labels.optional().describe('Labels that the node has, each with this value.'),
	absent: absent,
});

export const serviceCheckSchema = z.strictObject({
	service: name.describe('The service, by its name.'),
	image: z.string().optional().describe('The image as written when the service was made, without a digest.'),
	mode: z.enum(['replicated', 'global']).optional(),
	replicas: amountSchema.optional().describe('Replicas that the service asks for.'),
	running: amountSchema.optional().describe('Tasks that run.'),
	nodes: amountSchema.optional().describe('Different nodes that run at least one of its tasks.'),
	on: z.array(nodeNameSchema).optional().describe('Every running task is on one of these nodes.'),
	notOn: z.array(nodeNameSchema).optional().describe('No running task is on one of these nodes.'),
	published: z.int().min(1).max(65535).optional().describe('A port that the service publishes.'),
	networks: z.array(name).optional().describe('Networks that the service is attached to.'),
	update: z
		.enum(['updating', 'paused', 'completed', 'rollback_started', 'rollback_paused', 'rollback_completed'])
		.optional()
		.describe('State of the last update, in Swarm’s own words.'),
	absent: absent,
});

export const networkCheckSchema = z.strictObject({
	network: name,
	driver: z.string().optional(),
	attachable: z.boolean().optional(),
	encrypted: z.boolean().optional(),
	absent: absent,
});

export const secretCheckSchema = z.strictObject({
	secret: name,
	usedBy: name.optional().describe('A service that mounts it.'),
	absent: absent,
});
export const configCheckSchema = z.strictObject({
	config: name,
	usedBy: name.optional().describe('A service that mounts it.'),
	absent: absent,
});

export const stackCheckSchema = z.strictObject({
	stack: name,
	services: z.array(name).optional().describe('Its services, without the stack’s prefix.'),
	running: z.literal('all').optional().describe('"all": every service runs as many tasks as it asks for.'),
	absent: absent,
});

export const httpCheckSchema = z.strictObject({
	http: z
		.string()
		.regex(/^http:\/\/(manager|worker)[1-9](:\d+)?(\/.*)?$/, 'write http://<node>:<port>/<path>')
		.describe('An address on a node, asked from that node itself.'),
	status: z.int().min(100).max(599).default(200),
	body: z.string().optional().describe('Text that the answer contains.'),
	answers: amountSchema.optional().describe('How many different answers ten requests in a row bring.'),
});

export const execCheckSchema = z.strictObject({
	exec: z.string().min(1).describe('A shell command, run on the node; it passes when it exits with 0.'),
	on: nodeNameSchema,
	explain: z.string().describe('What to tell the learner while the command does not exit with 0.'),
});

/** Every noun a check may speak about. The first key of each schema is the noun. */
export const checkSchemas = {
	swarm: swarmCheckSchema,
	node: nodeCheckSchema,
	service: serviceCheckSchema,
	network: networkCheckSchema,
	secret: secretCheckSchema,
	config: configCheckSchema,
	stack: stackCheckSchema,
	http: httpCheckSchema,
	exec: execCheckSchema,
} as const;
export type Noun = keyof typeof checkSchemas;

export const checkSchema = z.union([
	swarmCheckSchema,
	nodeCheckSchema,
	serviceCheckSchema,
	networkCheckSchema,
	secretCheckSchema,
	configCheckSchema,
	stackCheckSchema,
	httpCheckSchema,
	execCheckSchema,
]);
export type Check = z.infer<typeof checkSchema>;
/** A check that looks at the cluster by asking a node, not by reading the cluster state. */
export type Probe = z.infer<typeof httpCheckSchema> | z.infer<typeof execCheckSchema>;
/** A check that is answered from the cluster state alone. */
export type StateCheck = Exclude<Check, Probe>;

export const verdictSchema = z.enum(['pass', 'not-yet', 'cannot-tell']);
export type Verdict = z.infer<typeof verdictSchema>;

export const checkResultSchema = z.strictObject({
	verdict: verdictSchema,
	because: z.string().describe('One sentence for the learner; says what is seen, not what to type.'),
});
export type CheckResult = z.infer<typeof checkResultSchema>;
