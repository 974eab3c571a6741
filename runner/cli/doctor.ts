// shoal doctor: what this machine and its engine can do, what that means for learners, and how to mend what is missing.
import { styleText } from 'node:util';
import { defineCommand } from 'citty';
import { examine, type Finding } from '../engine/doctor.ts';
import { atTheEdge } from './edge.ts';

const marks: Record<Finding['state'], string> = {
	ok: styleText('green', '✓'),
	warn: styleText('yellow', '!'),
	fail: styleText('red', '✗'),
};

export default defineCommand({
	meta: {
		name: 'doctor',
		description: 'Say what this machine can do, what it means for learners, and how to mend it.',
	},
	args: { json: { type: 'boolean', default: false, description: 'Print one JSON object.' } },
	run: ({ args }) =>
		atTheEdge(async (config) => {
			const findings = await examine(config);
			if (findings.some(({ state }) => state === 'fail')) process.exitCode = 1;
			if (args.json) return console.log(JSON.stringify({ instance: config.instance, findings }, undefined, '\t'));
			for (const { name, state, finding, meaning, remedy } of findings) {
				console.log(`${marks[state]} ${styleText('bold', name)}: ${finding}`);
				console.log(`    ${meaning}`);
				if (remedy !== undefined) console.log(`    To mend it: ${remedy}`);
			}
		}),
});
