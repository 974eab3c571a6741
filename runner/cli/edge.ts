// The command line's edge: where configuration is read and errors become one sentence and an exit code.
import { styleText } from 'node:util';
import { LabError } from '#contract/errors.ts';
import { type Config, formatConfigProblems, readConfig } from '../config.ts';

/** Runs a command with the configuration. Exits with 1 after one sentence when something that can be named is wrong. */
export async function atTheEdge(command: (config: Config) => Promise<void>): Promise<void> {
	const read = readConfig(process.env);
	if (!read.ok) {
		console.error(formatConfigProblems(read.problems));
		process.exitCode = 1;
		return;
	}
	try {
		await command(read.config);
	} catch (error) {
		process.exitCode = 1;
		if (error instanceof LabError) console.error(`${styleText('red', '✗')} ${error.message}`);
		else throw error;
	}
}
