// shoal start: everything from a fresh machine to a page that can be opened. Ctrl-C stops it all again.
import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import { defineCommand } from 'citty';
import { startApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { type Config, environmentSchema } from '../config.ts';
import { embeddedRuns } from '../engine/embedded/embedded.ts';
import { findEngine } from '../engine/find-engine.ts';
import { keepEngine } from '../engine/keep-engine.ts';
import { openEngine, stopEngine } from '../engine/open-engine.ts';
import { silent, stage } from '../engine/stages.ts';
import { buildSite } from './build-site.ts';
import { atTheEdge } from './edge.ts';
import { loadLabs } from './load-labs.ts';
import { showStages } from './show-stages.ts';
import { takeInstance } from './single.ts';

/** A stop that takes longer is given up, so that a second Ctrl-C is never needed. */
const stopTimeoutMs = 60_000;
/** What a stop during the set-up waits for: the end of the command that runs. */
const breakOffTimeoutMs = 20_000;

const settings = Object.entries(environmentSchema.shape)
	.map(([name, schema]) => `  ${name.padEnd(28)} ${schema.description ?? ''}`)
	.join('\n');

export default defineCommand({
	meta: {
		name: 'start',
		description: `Set up what is missing and serve the lab.\n\nSettings, in the environment:\n${settings}`,
	},
	async run() {
		await atTheEdge(serve);
		// Whatever is still open is a connection that nobody will use again.
		process.exit();
	},
});

/** Sets up, serves until a signal comes, and stops. */
async function serve(config: Config): Promise<void> {
	const labs = await loadLabs(config);
	if (!labs) return;
	await using _instance = await takeInstance(config.instance, `${config.directories.run}/runner.pid`);
	const stopped = nextSignal(['SIGINT', 'SIGTERM', 'SIGHUP']);
	const report = showStages(process.stdout);
	const breakOff = new AbortController();
	const setUp = async () => {
		const opened = await openEngine(config, report, breakOff.signal);
		await stage(report, 'Site', () => buildSite(config));
		breakOff.signal.throwIfAborted();
		const app = await stage(report, 'Runner', () => startApp({ config, labs, opened }));
		return { opened, app };
	};
	const settingUp = setUp();
	const ready = await Promise.race([settingUp, stopped]);
	if (typeof ready === 'string') {
		console.log(`\n  Stopping (${ready}) ...`);
		breakOff.abort();
		await Promise.race([settingUp.catch(() => {}), delay(breakOffTimeoutMs)]);
		await stopEngine(config, report).catch(() => {});
		process.exit(130);
	}
	const { opened, app } = ready;
	const keeper = config.engine.kind === 'embedded' ? keepEmbedded(config) : undefined;
	console.log(`\n  Shoal is ready: ${styleText('bold', app.url)}\n  Ctrl-C stops it.\n`);

	const signal = await stopped;
	console.log(`\n  Stopping (${signal}) ...`);
	await Promise.race([
		(async () => {
			await keeper?.[Symbol.asyncDispose]();
			await app.stop({ keepSandboxes: config.onStop === 'keep' });
			if (config.onStop === 'remove') await stopEngine(config, report);
		})(),
		delay(stopTimeoutMs, undefined, { ref: false }),
	]);
	await opened.engine.close();
}

function keepEmbedded(config: Config): AsyncDisposable {
	return keepEngine({
		clock: systemClock,
		runs: () => embeddedRuns(config),
		start: async () => (await findEngine(config, silent)).close(),
		onProblem: (error) => console.error(`  ${error instanceof Error ? error.message : error}`),
	});
}

/** The first of these signals, caught from now on. */
function nextSignal(signals: NodeJS.Signals[]): Promise<NodeJS.Signals> {
	return new Promise((resolve) => {
		for (const signal of signals) process.once(signal, () => resolve(signal));
	});
}
