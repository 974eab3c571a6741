// Local hold: the node's terminal holder, compiled for this machine and run as a child, where there is a C compiler.
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { PipeStream } from '#runner/engine/engine.ts';

const source = fileURLToPath(new URL('../../infra/node/hold.c', import.meta.url));

export interface LocalHold {
	/** The compiled program. */
	path: string;
	/** Where its sockets are, and room for a test's files. */
	folder: string;
	/** As `SandboxNode.openPipe`, for `hold` alone. */
	openPipe(argv: string[]): Promise<PipeStream>;
	/** Cuts every connection that is open, as an engine that dies would. */
	cut(): void;
	/** Ends every shell. */
	remove(): Promise<void>;
}

/** True where the tests of hold can run; what is missing otherwise is `gcc`. */
export function hasCompiler(): boolean {
	try {
		execFileSync('gcc', ['--version'], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

/** Compiles hold with the node image's warnings as errors, with sockets in a folder of its own. */
export function buildHold(): LocalHold {
	const folder = mkdtempSync(`${tmpdir()}/hold-`);
	const path = `${folder}/hold`;
	const warnings = ['-Wall', '-Wextra', '-Werror'];
	execFileSync('gcc', ['-static', '-O2', ...warnings, `-DDIRECTORY="${folder}"`, '-o', path, source]);
	const open = new Set<Duplex>();

	const openPipe = async (argv: string[]): Promise<PipeStream> => {
		const child = spawn(path, argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
		const duplex = duplexOf(child);
		duplex.once('close', () => open.delete(duplex));
		open.add(duplex);
		const ended = new Promise<number | undefined>((resolve) =>
			child.once('exit', (code) => resolve(code ?? undefined)),
		);
		return { duplex, ended };
	};

	const cut = () => {
		for (const duplex of open) duplex.destroy();
	};

	return {
		path,
		folder,
		openPipe,
		cut,
		async remove() {
			cut();
			// Shells first: a holder ends with its shell.
			const holders = processes().filter(({ program }) => program === path);
			const ours = (parent: number) => holders.some((holder) => holder.pid === parent);
			for (const { pid, parent } of processes()) if (ours(parent) && !ours(pid)) process.kill(pid, 'SIGKILL');
			for (const { pid } of holders) process.kill(pid, 'SIGKILL');
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** Not `Duplex.from`, which forgets unread output when the program ends. */
function duplexOf({ stdin, stdout }: ChildProcessByStdio<Writable, Readable, null>): Duplex {
	const duplex = new Duplex({
		read: () => void stdout.resume(),
		write: (chunk, _encoding, done) => void stdin.write(chunk, () => done()),
		final: (done) => void stdin.end(done),
		destroy: (error, done) => {
			stdin.destroy();
			stdout.destroy();
			done(error);
		},
	});
	stdout.on('data', (chunk) => duplex.push(chunk) || stdout.pause());
	stdout.once('end', () => duplex.push(null));
	stdin.on('error', () => {});
	return duplex;
}

/** All processes of this machine that can be seen, with what they run. */
function processes(): { pid: number; parent: number; program: string }[] {
	return readdirSync('/proc').flatMap((name) => {
		try {
			const program = readlinkSync(`/proc/${name}/exe`);
			const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
			return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]), program }];
		} catch {
			return [];
		}
	});
}
