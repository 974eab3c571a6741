// Config: the one reader of the environment. All mistakes are reported at once, each with what to write instead.
import { availableParallelism, homedir, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { didYouMean } from './lessons/did-you-mean.ts';

const port = z.coerce
	.number('a port number')
	.int()
	.min(0, 'a port from 0 to 65535')
	.max(65_535, 'a port from 0 to 65535');
const wholeNumber = (from: number, to: number) =>
	z.coerce.number(`a whole number from ${from} to ${to}`).int().min(from).max(to);

/** Every variable Shoal reads. The README's table is made from the descriptions. */
export const environmentSchema = z.object({
	SHOAL_PORT: port.default(4400).describe('Port of the page and the API.'),
	SHOAL_HOST: z
		.string()
		.min(1)
		.default('127.0.0.1')
		.describe('Address to listen on. Anything but loopback is for classes.'),
	SHOAL_URL: z
		.url('an address such as http://lab.school.example')
		.optional()
		.describe('Address that learners type, when it is another.'),
	SHOAL_INSTANCE: z
		.string()
		.regex(/^[a-z][a-z0-9]{0,7}$/, 'up to 8 lower-case letters and digits, a letter first')
		.default('default')
		.describe('Keeps several Shoals on one machine apart.'),
	SHOAL_ENGINE: z
		.enum(['embedded', 'given'], '"embedded" or "given"')
		.optional()
		.describe('Start an engine, or use the one at DOCKER_HOST.'),
	DOCKER_HOST: z
		.string()
		.regex(/^(unix|tcp|http|https|ssh):\/\//, 'an address such as unix:///var/run/docker.sock')
		.optional()
		.describe('The given engine.'),
	SHOAL_STATE_DIR: z.string().startsWith('/', 'an absolute path').optional().describe('Progress, engine data, logs.'),
	SHOAL_CACHE_DIR: z
		.string()
		.startsWith('/', 'an absolute path')
		.optional()
		.describe('Built artefacts, shared by instances.'),
	SHOAL_SUBNETS: z
		.cidrv4({ error: 'a network from /12 to /24, such as 10.213.0.0/16', abort: true })
		.regex(/\/(1[2-9]|2[0-4])$/, 'a network from /12 to /24, such as 10.213.0.0/16')
		.default('10.213.0.0/16')
		.describe('Where sandbox networks are taken from, /28 each.'),
	SHOAL_MAX_SANDBOXES: wholeNumber(1, 4000)
		.optional()
		.describe('Most sandboxes at a time. Default: what memory allows.'),
	SHOAL_SANDBOXES_PER_LEARNER: wholeNumber(1, 20).default(2).describe('Most sandboxes of one learner.'),
	SHOAL_LEASE_MINUTES: wholeNumber(1, 10_080).default(120).describe('A sandbox lives this long after its last use.'),
	SHOAL_NODE_MEMORY_MB: wholeNumber(256, 65_536).default(1024).describe('Memory limit of a node, in MiB.'),
	SHOAL_NODE_CPUS: z.coerce
		.number('a number of CPUs')
		.min(0.1)
		.max(64)
		.optional()
		.describe('CPU limit of a node. Default: all of them.'),
	SHOAL_NODE_PIDS: wholeNumber(128, 65_536).default(2048).describe('Process limit of a node.'),
	SHOAL_ON_STOP: z
		.enum(['remove', 'keep'], '"remove" or "keep"')
		.default('remove')
		.describe('What Ctrl-C does with sandboxes and the embedded engine.'),
	SHOAL_LOG: z
		.enum(['error', 'warn', 'info', 'debug'], 'error, warn, info or debug')
		.default('warn')
		.describe('How much the runner logs.'),
	LABS_DIR: z.string().min(1).optional().describe('A course folder of your own.'),
});

/** What the rest of Shoal is told. Directories are absolute, times in ms, sizes in bytes. */
export interface Config {
	instance: string;
	listen: { host: string; port: number };
	/** Origin learners use, when it is not the address listened on. */
	publicUrl: string | undefined;
	engine: { kind: 'embedded' | 'given'; dockerHost: string | undefined };
	directories: { project: string; labs: string; site: string; state: string; run: string; cache: string };
	subnets: string;
	limits: {
		maxSandboxes: number | undefined;
		sandboxesPerLearner: number;
		leaseMs: number;
		node: { memoryBytes: number; cpus: number; pids: number };
	};
	onStop: 'remove' | 'keep';
	logLevel: 'error' | 'warn' | 'info' | 'debug';
}

/** A mistake in the environment: `{ name: 'SHOAL_PORT', problem: '"x" is not a port number' }`. */
export interface ConfigProblem {
	name: string;
	problem: string;
}

/** The configuration, or every mistake in the environment. Reads nothing but its arguments. */
export function readConfig(
	environment: Record<string, string | undefined>,
	host: { isRoot: boolean; platform: NodeJS.Platform; cpus: number } = {
		isRoot: process.getuid?.() === 0,
		platform: process.platform,
		cpus: availableParallelism(),
	},
): { ok: true; config: Config } | { ok: false; problems: ConfigProblem[] } {
	const given = Object.fromEntries(
		Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
	);
	const problems: ConfigProblem[] = Object.keys(given)
		.filter((name) => name.startsWith('SHOAL_') && !(name in environmentSchema.shape))
		.map((name) => ({
			name,
			problem: unknownSetting(name),
		}));
	const parsed = environmentSchema.safeParse(given);
	if (!parsed.success) {
		problems.push(
			...parsed.error.issues.map((issue) => {
				const name = String(issue.path[0]);
				return { name, problem: `"${given[name]}" cannot be used; it should be ${issue.message}` };
			}),
		);
	}
	if (given.SHOAL_HOST && /^(0\.0\.0\.0|::)$/.test(given.SHOAL_HOST) && !given.SHOAL_URL) {
		problems.push({
			name: 'SHOAL_URL',
			problem: 'is needed with this SHOAL_HOST: the address that learners type, such as http://lab.school.example:4400',
		});
	}
	if (!parsed.success || problems.length > 0) return { ok: false, problems };

	const settings = parsed.data;
	const project = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
	const instance = settings.SHOAL_INSTANCE;
	const base = host.isRoot
		? { state: '/var/lib/shoal', run: '/run/shoal', cache: '/var/cache/shoal' }
		: {
				state: `${homedir()}/.local/share/shoal`,
				run: `${environment.XDG_RUNTIME_DIR || `/tmp/shoal-${process.getuid?.() ?? 'user'}`}/shoal`,
				cache: `${homedir()}/.cache/shoal`,
			};
	const embeddable = host.platform === 'linux' && host.isRoot;
	return {
		ok: true,
		config: {
			instance,
			listen: { host: settings.SHOAL_HOST, port: settings.SHOAL_PORT },
			publicUrl: settings.SHOAL_URL?.replace(/\/$/, ''),
			engine: { kind: settings.SHOAL_ENGINE ?? (embeddable ? 'embedded' : 'given'), dockerHost: settings.DOCKER_HOST },
			directories: {
				project,
				labs: settings.LABS_DIR ?? `${project}/labs`,
				site: `${project}/site/dist`,
				state: settings.SHOAL_STATE_DIR ?? `${base.state}/${instance}`,
				run: `${base.run}/${instance}`,
				cache: settings.SHOAL_CACHE_DIR ?? base.cache,
			},
			subnets: settings.SHOAL_SUBNETS,
			limits: {
				maxSandboxes: settings.SHOAL_MAX_SANDBOXES,
				sandboxesPerLearner: settings.SHOAL_SANDBOXES_PER_LEARNER,
				leaseMs: settings.SHOAL_LEASE_MINUTES * 60_000,
				node: {
					memoryBytes: Math.min(settings.SHOAL_NODE_MEMORY_MB * 1024 * 1024, totalmem()),
					cpus: settings.SHOAL_NODE_CPUS ?? host.cpus,
					pids: settings.SHOAL_NODE_PIDS,
				},
			},
			onStop: settings.SHOAL_ON_STOP,
			logLevel: settings.SHOAL_LOG,
		},
	};
}

function unknownSetting(name: string): string {
	const likely = didYouMean(name, Object.keys(environmentSchema.shape));
	const advice = likely ? `did you mean ${likely}?` : '"npm run shoal -- start --help" lists them';
	return `is not a setting of Shoal; ${advice}`;
}

/** The problems as the command line prints them, one line each. */
export function formatConfigProblems(problems: ConfigProblem[]): string {
	return problems.map(({ name, problem }) => `${name}: ${problem}`).join('\n');
}
