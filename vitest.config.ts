// Tests in three projects: unit (fast, nothing outside the process), engine (a real Docker Engine), e2e (a real browser).
import { defineConfig } from 'vitest/config';

const engineTests = 'test/**/*.engine.test.ts';
const browserTests = 'test/**/*.e2e.test.ts';

export default defineConfig({
	test: {
		projects: [
			{ test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [engineTests, browserTests] } },
			{
				test: {
					name: 'engine',
					include: [engineTests],
					globalSetup: 'test/setup/engine.ts',
					testTimeout: 60_000,
					hookTimeout: 120_000,
					fileParallelism: false,
				},
			},
			{
				test: {
					name: 'e2e',
					include: [browserTests],
					globalSetup: 'test/setup/engine.ts',
					testTimeout: 120_000,
					hookTimeout: 180_000,
					fileParallelism: false,
				},
			},
		],
	},
});
