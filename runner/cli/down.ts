// shoal down: removes everything that this instance of Shoal ever made on the machine.
import { defineCommand } from 'citty';
import { removeEverything } from '../engine/remove-everything.ts';
import { atTheEdge } from './edge.ts';
import { showStages } from './show-stages.ts';
import { takeInstance } from './single.ts';

export default defineCommand({
	meta: {
		name: 'down',
		description: 'Remove everything that Shoal made on this machine: containers, networks, rules, data, progress.',
	},
	run: () =>
		atTheEdge(async (config) => {
			await using _instance = await takeInstance(config.instance, `${config.directories.run}/runner.pid`);
			const stays = await removeEverything(config, showStages(process.stdout));
			for (const sentence of stays) console.log(`  ${sentence}`);
		}),
});
