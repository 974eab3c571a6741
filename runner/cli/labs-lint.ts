// shoal labs lint: says what is wrong with the lessons, file:line:col, and exits with 1 if anything is.
import { defineCommand } from 'citty';
import { atTheEdge } from './edge.ts';
import { loadLabs } from './load-labs.ts';

export default defineCommand({
	meta: { name: 'lint', description: 'Say what is wrong with the lessons, file:line:col.' },
	args: {
		format: {
			type: 'enum',
			options: ['text', 'github'],
			default: 'text',
			description: 'For people, or for GitHub Actions.',
		},
	},
	run: ({ args }) =>
		atTheEdge(async (config) => {
			const labs = await loadLabs(config, args.format);
			if (labs) console.log(`${labs.lessons.length} lessons, no problems.`);
		}),
});
