// shoal: the command line. Each command is a file of its own, loaded when it is asked for.
import { defineCommand, runMain } from 'citty';

await runMain(
	defineCommand({
		meta: { name: 'shoal', description: 'A browser-based lab for Docker Swarm.' },
		subCommands: {
			start: () => import('./start.ts').then((module) => module.default),
			down: () => import('./down.ts').then((module) => module.default),
			doctor: () => import('./doctor.ts').then((module) => module.default),
			labs: () => import('./labs.ts').then((module) => module.default),
		},
	}),
);
