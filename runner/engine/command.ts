// Command: runs a program of the host to its end, with a bound on time and on kept output.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { LabError } from '#contract/errors.ts';

export interface CommandResult {
	/** `undefined` when a signal ended it. */
	exitCode: number | undefined;
	stdout: string;
	stderr: string;
}

export interface CommandOptions {
	timeoutMs?: number;
	signal?: AbortSignal;
	stdin?: string | Readable;
	/** Added to the runner's own environment. */
	environment?: Record<string, string>;
	/** Every whole line of stdout and stderr as it comes. */
	onLine?: (line: string) => void;
}

const keptCharacters = 256 * 1024;
/** A login shell of root has these; a runner started by cron or a service may not. */
const administratorPath = '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin';

/** Runs `argv` and resolves with its outcome, whatever it is. Throws `host.command` when it cannot start or takes too long. */
export function tryCommand(argv: string[], options: CommandOptions = {}): Promise<CommandResult> {
	const { timeoutMs = 30_000 } = options;
	const [program = '', ...rest] = argv;
	return new Promise((resolve, reject) => {
		const child = spawn(program, rest, {
			env: commandEnvironment(options.environment),
			stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
			signal: options.signal,
		});
		let timedOut = false;
		const timer = setTimeout(() => {
			timedOut = true;
			child.kill('SIGKILL');
		}, timeoutMs);
		const stdout = collect(child.stdout, options.onLine);
		const stderr = collect(child.stderr, options.onLine);
		if (typeof options.stdin === 'string') child.stdin?.end(options.stdin);
		else if (options.stdin) options.stdin.pipe(child.stdin as NodeJS.WritableStream);
		// A program that does not read all of its input is judged by its exit code.
		child.stdin?.on('error', () => {});
		child.once('error', (cause) => {
			clearTimeout(timer);
			reject(new LabError('host.command', { command: argv.join(' '), output: cause.message }, { cause }));
		});
		child.once('close', (code) => {
			clearTimeout(timer);
			if (timedOut) {
				const output = `no end after ${timeoutMs / 1000} s. ${lastLines(stdout() + stderr(), 10)}`;
				reject(new LabError('host.command', { command: argv.join(' '), output }));
			} else resolve({ exitCode: code ?? undefined, stdout: stdout(), stderr: stderr() });
		});
	});
}

/** Runs `argv` and resolves with its stdout. Throws `host.command` with its last lines unless it exits with 0. */
export async function runCommand(argv: string[], options: CommandOptions = {}): Promise<string> {
	const result = await tryCommand(argv, options);
	if (result.exitCode !== 0) {
		const output = lastLines(`${result.stdout}\n${result.stderr}`, 15) || `exit code ${result.exitCode}`;
		throw new LabError('host.command', { command: argv.join(' '), output });
	}
	return result.stdout;
}

/** The environment for programs of the host: the runner's own, messages in English, and where administrators' programs are. */
export function commandEnvironment(added: Record<string, string> = {}): Record<string, string | undefined> {
	// Passed on whole (proxies, terminal); nothing is read from it.
	const own = process.env;
	return {
		...own,
		PATH: own.PATH ? `${own.PATH}:${administratorPath}` : administratorPath,
		LC_ALL: 'C.UTF-8',
		...added,
	};
}

/** The last `count` lines that are not empty. */
export function lastLines(text: string, count: number): string {
	return text
		.split('\n')
		.filter((line) => line.trim() !== '')
		.slice(-count)
		.join('\n');
}

function collect(stream: Readable | null, onLine: ((line: string) => void) | undefined): () => string {
	let text = '';
	let rest = '';
	stream?.setEncoding('utf8');
	stream?.on('data', (chunk: string) => {
		text = (text + chunk).slice(-keptCharacters);
		if (!onLine) return;
		const lines = (rest + chunk).split(/\r?\n|\r/);
		rest = lines.pop() ?? '';
		for (const line of lines) if (line.trim() !== '') onLine(line);
	});
	return () => text;
}
