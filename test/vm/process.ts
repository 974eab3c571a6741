// Process: runs a program on this machine to its end, within a time, and says what it printed when it failed.
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface RunOptions {
	timeoutMs: number;
	/** What errors call it; its command line by default. */
	title?: string;
	/** What the program reads; nothing by default. */
	stdin?: Readable;
	/** Where its standard output goes. Without it, the output is collected and returned. */
	stdout?: Writable;
	stderr?: Writable;
	/** Exit codes that are no failure; 0 alone by default, any with `'any'`. */
	accept?: 'any';
	cwd?: string;
	signal?: AbortSignal;
}

export interface RunResult {
	exitCode: number;
	stdout: string;
}

/** How much of a failed program's words an error repeats, in characters. */
const TAIL = 2000;

/**
 * Runs a program to its end. Rejects when it cannot be started, takes longer than `timeoutMs` (it is killed with its
 * children), or exits with another code than 0; the message has the end of what it printed.
 */
export async function run(argv: readonly string[], options: RunOptions): Promise<RunResult> {
	const [program = '', ...rest] = argv;
	const title = options.title ?? argv.join(' ').slice(0, 200);
	const child = spawn(program, rest, {
		cwd: options.cwd,
		stdio: ['pipe', 'pipe', 'pipe'],
		// A group of its own, so that a timeout ends the children too.
		detached: true,
	});
	const kill = () => {
		try {
			if (child.pid) process.kill(-child.pid, 'SIGKILL');
		} catch {
			// It has ended by itself.
		}
	};
	const limit = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), ...(options.signal ? [options.signal] : [])]);
	limit.addEventListener('abort', kill, { once: true });

	let stdout = '';
	let words = '';
	child.stdout.on('data', (chunk: Buffer) => {
		if (!options.stdout) stdout += chunk;
		words = (words + chunk).slice(-TAIL);
	});
	child.stderr.on('data', (chunk: Buffer) => {
		words = (words + chunk).slice(-TAIL);
	});
	if (options.stdout) child.stdout.pipe(options.stdout, { end: false });
	if (options.stderr) child.stderr.pipe(options.stderr, { end: false });
	if (options.stdin) {
		// A program that stops reading says why itself; its exit code is what counts.
		void pipeline(options.stdin, child.stdin).catch(() => {});
	} else child.stdin.end();

	try {
		const exitCode = await new Promise<number>((resolve, reject) => {
			child.once('error', reject);
			child.once('close', (code, signal) => resolve(code ?? (signal ? 128 : 1)));
			// Somebody else may hold the pipes open: a shared ssh connection does, until the command in the guest ends.
			child.once('exit', () => {
				if (limit.aborted) resolve(1);
			});
		});
		if (limit.aborted) {
			const why = options.signal?.aborted ? 'was stopped' : `took longer than ${options.timeoutMs / 1000} s`;
			throw new Error(`${title} ${why}\n${words}`);
		}
		if (exitCode !== 0 && options.accept !== 'any') {
			throw new Error(`${title} ended with ${exitCode}\n${words}`);
		}
		return { exitCode, stdout };
	} finally {
		limit.removeEventListener('abort', kill);
		for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
	}
}
