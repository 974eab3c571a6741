// A lab as a user starts it: the command line in a process of its own, on the engine of the tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const project = fileURLToPath(new URL('../..', import.meta.url));
const startTimeoutMs = 120_000;

export interface Lab extends AsyncDisposable {
	url: string;
	port: number;
	process: ChildProcess;
	/** What it printed so far. */
	output(): string;
}

/** Starts `shoal start`. Disposing stops it, and leaves engine and sandboxes for the next test unless told otherwise. */
export async function startLab(environment: Record<string, string> = {}): Promise<Lab> {
	const port = Number(environment.SHOAL_PORT ?? (await freePort()));
	const child = spawn(process.execPath, ['runner/cli/shoal.ts', 'start'], {
		cwd: project,
		env: { ...process.env, SHOAL_INSTANCE: 'test', SHOAL_ON_STOP: 'keep', ...environment, SHOAL_PORT: String(port) },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	const url = await new Promise<string>((resolve, reject) => {
		const timer = setTimeout(
			() => reject(new Error(`no address after ${startTimeoutMs} ms:\n${output}`)),
			startTimeoutMs,
		);
		const read = (chunk: Buffer) => {
			output += chunk;
			const ready = /ready: (http:\S+)/.exec(stripVTControlCharacters(output))?.[1];
			if (!ready) return;
			clearTimeout(timer);
			resolve(ready);
		};
		child.stdout.on('data', read);
		child.stderr.on('data', read);
		child.once('exit', (code) => reject(new Error(`shoal start ended with ${code}:\n${output}`)));
	});
	return {
		url,
		port,
		process: child,
		output: () => output,
		async [Symbol.asyncDispose]() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const ended = new Promise((resolve) => child.once('exit', resolve));
			child.kill('SIGTERM');
			await ended;
		},
	};
}

export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() =>
				typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
			);
		});
	});
}
