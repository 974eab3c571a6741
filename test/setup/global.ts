// Before the tests that need real parts: an engine with its images, the built site, and a browser. Afterwards: nothing runs.
import { existsSync } from 'node:fs';
import { buildSite } from '#runner/cli/build-site.ts';
import { showStages } from '#runner/cli/show-stages.ts';
import { lockFile } from '#runner/engine/embedded/file-lock.ts';
import { installPackages } from '#runner/engine/embedded/packages.ts';
import { openEngine, stopEngine } from '#runner/engine/open-engine.ts';
import { stage } from '#runner/engine/stages.ts';
import { chromium } from './browser.ts';
import { testConfig } from './config.ts';

export default async function setUp(): Promise<() => Promise<void>> {
	const config = testConfig();
	const report = showStages(process.stdout);
	const locked = await lockFile(`${config.directories.run}.lock`, 0);
	if (locked.type === 'held')
		throw new Error(
			`The tests run already on this machine, in process ${locked.by}, and share an engine: wait for them.`,
		);
	const { engine } = await openEngine(config, report);
	await engine.close();
	await stage(report, 'Site', () => buildSite(config));
	if (!existsSync(chromium)) {
		await stage(report, 'Browser', () => installPackages(['chromium'], report.line));
	}
	return async () => {
		await using _ = locked.lock;
		await stopEngine(config, report);
	};
}
