// shoal labs: what authors use. `lint` reads lessons, `test` proves them on real nodes.
import { defineCommand } from 'citty';

export default defineCommand({
	meta: { name: 'labs', description: 'Check and prove lessons.' },
	subCommands: {
		lint: () => import('./labs-lint.ts').then((module) => module.default),
		test: () => import('./labs-test.ts').then((module) => module.default),
	},
});
