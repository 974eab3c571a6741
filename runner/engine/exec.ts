// Exec: commands in containers, over Docker's exec API.
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { LabError } from '#contract/errors.ts';
import { bounded, dockerMessage, statusOf } from './calls.ts';
import { CommandDuplex } from './command-duplex.ts';
import type { CallOptions, ExecResult, PipeStream } from './engine.ts';

const openTimeoutMs = 10_000;
const execTimeoutMs = 60_000;
const keptBytes = 1024 * 1024;

interface OpenExec {
	exec: Dockerode.Exec;
	connection: Duplex;
}

/** Runs a program to its end. Output beyond 1 MiB is cut. Throws `node.unreachable` when the container does not run. */
export async function runExec(
	docker: Dockerode,
	id: string,
	argv: string[],
	options: CallOptions & { stdin?: string | Readable } = {},
): Promise<ExecResult> {
	const bounds = { timeoutMs: execTimeoutMs, ...options };
	return bounded(`running ${argv[0]}`, bounds, async (signal) => {
		const withStdin = options.stdin !== undefined;
		const { exec, connection } = await open(docker, id, signal, { Cmd: argv, AttachStdin: withStdin });
		const stderr = keep();
		const duplex = new CommandDuplex(connection, stderr.take);
		signal.addEventListener('abort', () => duplex.destroy(), { once: true });
		if (typeof options.stdin === 'string') duplex.end(options.stdin);
		else if (options.stdin) options.stdin.once('error', (error) => duplex.destroy(error)).pipe(duplex);
		// A program that does not read all of its input is judged by its exit code.
		duplex.on('error', () => {});
		const stdout = keep();
		for await (const chunk of duplex) stdout.take(chunk as Buffer);
		const exitCode = await exitCodeOf(exec);
		if (exitCode === undefined) {
			throw new LabError('node.unreachable', { node: id.slice(0, 12), reason: `it stopped during ${argv[0]}` });
		}
		return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
	});
}

/** Runs a program that stays, speaking over its stdin and stdout. Its stderr is dropped. */
export async function openPipe(
	docker: Dockerode,
	id: string,
	argv: string[],
	options: CallOptions = {},
): Promise<PipeStream> {
	const bounds = { timeoutMs: openTimeoutMs, ...options };
	const { exec, connection } = await bounded(`starting ${argv[0]}`, bounds, (signal) =>
		open(docker, id, signal, { Cmd: argv, AttachStdin: true }),
	);
	const duplex = new CommandDuplex(connection);
	return { duplex, ended: endOf(exec, duplex) };
}

/**
 * Connects to `unix:/path` or `tcp:host:port` inside a container. After one side has ended, what the other still sends
 * is carried for half a second (socat's own default), so that a server that hangs up is noticed soon.
 */
export async function dial(docker: Dockerode, id: string, address: string, options: CallOptions = {}): Promise<Duplex> {
	const [scheme, ...rest] = address.split(':');
	const target = scheme === 'unix' ? `UNIX-CONNECT:${rest.join(':')}` : `TCP:${rest.join(':')}`;
	return (await openPipe(docker, id, ['socat', '-', target], options)).duplex;
}

type ExecRequest = { Cmd: string[]; AttachStdin: boolean };

async function open(docker: Dockerode, id: string, signal: AbortSignal, request: ExecRequest): Promise<OpenExec> {
	try {
		const exec = await docker
			.getContainer(id)
			.exec({ ...request, AttachStdout: true, AttachStderr: true, abortSignal: signal });
		// No signal here: it would end the command too, long after it was opened.
		const started = exec.start({ hijack: true, stdin: true });
		started.then(
			(late) => signal.aborted && late.destroy(),
			() => {},
		);
		return { exec, connection: await started };
	} catch (error) {
		const status = statusOf(error);
		if (status === undefined || signal.aborted) throw error;
		throw new LabError('node.unreachable', { node: id.slice(0, 12), reason: dockerMessage(error) }, { cause: error });
	}
}

/** The exit code, once the command's output has ended. Never rejects. */
function endOf(exec: Dockerode.Exec, duplex: Duplex): Promise<number | undefined> {
	return new Promise((resolve) => {
		duplex.once('close', () => resolve(exitCodeOf(exec)));
	});
}

/** Docker ends the output a moment before it knows the exit code. */
async function exitCodeOf(exec: Dockerode.Exec): Promise<number | undefined> {
	for (const waitMs of [0, 5, 20, 50, 100, 200, 400]) {
		await delay(waitMs);
		const state = await exec.inspect().catch(() => undefined);
		if (!state) return undefined;
		if (!state.Running && state.ExitCode !== null) return state.ExitCode;
	}
	return undefined;
}

/** Keeps the first mebibyte. */
function keep(): { take: (bytes: Uint8Array) => void; text: () => string } {
	const pieces: Uint8Array[] = [];
	let left = keptBytes;
	return {
		take: (bytes) => {
			if (left <= 0) return;
			const piece = bytes.subarray(0, left);
			left -= piece.length;
			pieces.push(Uint8Array.from(piece));
		},
		text: () => Buffer.concat(pieces).toString('utf8'),
	};
}
