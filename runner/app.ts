// App: the one file that wires everything. Reads like a table of contents of the runner.
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '#contract/errors.ts';
import type { Course, Lesson } from '#contract/lesson.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import type { OpenedEngine } from './engine/open-engine.ts';
import { addCourseRoutes, findLesson } from './http/course-routes.ts';
import { addLearnerRoutes } from './http/learner-routes.ts';
import { ownOrigins } from './http/origin.ts';
import { createRate } from './http/rate.ts';
import { addSandboxRoutes } from './http/sandbox-routes.ts';
import { createServer } from './http/server.ts';
import { serveSite } from './http/site.ts';
import { addStatusRoutes } from './http/status-routes.ts';
import { engineHost } from './sandbox/engine-host.ts';
import { goLive, type LiveSandbox } from './sandbox/live.ts';
import { Sandboxes } from './sandbox/sandboxes.ts';
import { addPageSocket } from './sockets/page-route.ts';
import { openSqliteStore } from './store/sqlite.ts';

/** Sandboxes are removed whether or not the last connection has closed by then. */
const closeTimeoutMs = 3_000;

export interface AppParts {
	config: Config;
	labs: { course: Course; lessons: Lesson[] };
	opened: OpenedEngine;
}

export interface App {
	/** Where learners find it. */
	url: string;
	/** Ends the server. Sandboxes are removed, or kept for the next runner to take over. */
	stop(options: { keepSandboxes: boolean }): Promise<void>;
}

/** Each is a row for ever. Two classes behind one address may come at once; a flood from there fills no disk. */
const newLearners = { burst: 120, perMinute: 60 };

/** Starts the runner. Throws `port.taken`, and the engine's errors. */
export async function startApp({ config, labs, opened }: AppParts): Promise<App> {
	const { engine, nodeImage, lessonImages } = opened;
	const { limits, instance } = config;
	const clock = systemClock;
	const store = openSqliteStore(`${config.directories.state}/shoal.db`);
	let port = config.listen.port;
	const addresses = () => ({ listen: { ...config.listen, port }, publicUrl: config.publicUrl });

	const server = await createServer(addresses, config.logLevel);
	const onFault = (error: unknown) => server.log.error({ err: error }, 'fault');

	const host = engineHost({
		engine,
		instance,
		nodeImage,
		clock,
		subnets: config.subnets,
		limits: limits.node,
		maxSandboxes: limits.maxSandboxes,
		openImage: async (reference) => {
			const tar = lessonImages.get(reference);
			if (tar === undefined) throw new LabError('sandbox.failed', { reason: `there is no image ${reference}` });
			return createReadStream(tar);
		},
	});
	const sandboxes = await Sandboxes.open<LiveSandbox>({
		host,
		clock,
		onFault,
		rows: store.sandboxes,
		newId: () => randomBytes(16).toString('hex'),
		leaseMs: limits.leaseMs,
		mostPerLearner: limits.sandboxesPerLearner,
		goLive: (row, { nodes }, { isFresh }) => {
			const lesson = labs.lessons.find(({ id }) => id === row.lesson);
			return goLive({ engine, nodes, lesson, isFresh, clock, onFault, learner: row.learner, progress: store.progress });
		},
	});

	addStatusRoutes(server, { engine, sandboxes });
	addLearnerRoutes(server, {
		store,
		now: () => new Date(clock.now()),
		mayMake: createRate(clock, newLearners),
		secure: config.publicUrl?.startsWith('https:') ?? false,
	});
	addCourseRoutes(server, { labs, learners: store.learners });
	addSandboxRoutes(server, { sandboxes, learners: store.learners, lesson: (id) => findLesson(labs, id) });
	addPageSocket(server, { sandboxes, learners: store.learners });
	await serveSite(server, config.directories.site);

	try {
		await server.listen(config.listen);
	} catch (error) {
		await sandboxes[Symbol.asyncDispose]();
		if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
		throw new LabError('port.taken', config.listen, { cause: error });
	}
	port = (server.server.address() as AddressInfo).port;

	return {
		url: ownOrigins(addresses())[0] ?? '',
		async stop({ keepSandboxes }) {
			// A page that is not read, or does not answer, would have its half of the closing waited for.
			for (const page of server.websocketServer.clients) page.terminate();
			await Promise.race([server.close(), delay(closeTimeoutMs, undefined, { ref: false })]);
			if (!keepSandboxes) await sandboxes.removeAll();
			await sandboxes[Symbol.asyncDispose]();
			await store[Symbol.asyncDispose]();
		},
	};
}
