// Tests in two projects: `unit` needs nothing outside the process, `docker` needs a real engine and a real browser.
import { defineConfig } from 'vitest/config';

const realParts = ['test/**/*.engine.test.ts', 'test/**/*.e2e.test.ts'];

export default defineConfig({
	test: {
		projects: [
			{ test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: realParts } },
			{
				test: {
					name: 'docker',
					include: realParts,
					globalSetup: 'test/setup/global.ts',
					testTimeout: 60_000,
					hookTimeout: 180_000,
					// One engine, two cores: files that share them take turns.
					fileParallelism: false,
				},
			},
		],
	},
});
