// Astro: builds the static pages of the course. Run from the project root: `astro build --root site`.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import mdx from '@astrojs/mdx';
import { defineConfig } from 'astro/config';
import expressiveCode from 'astro-expressive-code';
import { expressiveCodeOptions } from './src/build/expressive-code.ts';
import { lintCourse } from './src/build/lint-course.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The one place where the site reads the environment: a teacher's own course instead of ours. */
const labsDir = resolve(root, process.env.LABS_DIR ?? 'labs');

export default defineConfig({
	output: 'static',
	trailingSlash: 'always',
	build: { format: 'directory', inlineStylesheets: 'never' },
	devToolbar: { enabled: false },
	integrations: [lintCourse(labsDir), expressiveCode(expressiveCodeOptions), mdx()],
	vite: {
		define: { LABS_DIR: JSON.stringify(labsDir) },
		// Nothing inline, so that the Content-Security-Policy can forbid inline scripts.
		build: { assetsInlineLimit: 0, rolldownOptions: { onLog: leaveOutDirectives } },
		// A course outside the project has no node_modules of its own to find Astro in.
		resolve: { dedupe: ['astro'] },
		server: { fs: { allow: [root, labsDir] } },
	},
});

/** Astro's own mark in every lesson (`use astro:head-inject`) has done its work before the bundler warns that it drops it. */
function leaveOutDirectives(level: string, log: { code?: string }, handle: (level: never, log: never) => void) {
	if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level as never, log as never);
}
