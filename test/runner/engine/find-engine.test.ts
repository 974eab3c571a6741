// Finding an engine: where there is none, one sentence says what to do.
import { expect, test } from 'vitest';
import { findEngine, runningEngine } from '#runner/engine/find-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import { testConfig } from '../../setup/config.ts';

const nowhere = testConfig({ SHOAL_ENGINE: 'given', DOCKER_HOST: 'unix:///nowhere/docker.sock' });

test.runIf(process.platform === 'linux')('an address where nothing answers', async () => {
	const failure = await findEngine(nowhere, silent).catch((error: Error) => error.message);
	expect(failure).toMatchInlineSnapshot(
		`"There is no Docker Engine that Shoal can use: unix:///nowhere/docker.sock does not answer (connect ENOENT /nowhere/docker.sock). Install one ("apt-get install docker.io" on Debian and Ubuntu), start Shoal as root to let it bring its own, or name one with DOCKER_HOST."`,
	);
});

test('looking for one that may run is no error', async () => {
	expect(await runningEngine(nowhere)).toBeUndefined();
	expect(await runningEngine(testConfig({ SHOAL_INSTANCE: 'nobody', SHOAL_ENGINE: 'embedded' }))).toBeUndefined();
});
