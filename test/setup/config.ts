// The configuration of tests: an instance of their own, so that a lab that runs on this machine is left alone.
import { type Config, readConfig } from '#runner/config.ts';

/** As the environment says, but for the instance and the port, which is a free one. */
export function testConfig(overrides: Record<string, string> = {}): Config {
	const read = readConfig({ ...process.env, SHOAL_INSTANCE: 'test', SHOAL_PORT: '0', ...overrides });
	if (!read.ok) throw new Error(read.problems.map(({ name, problem }) => `${name}: ${problem}`).join('\n'));
	return read.config;
}
