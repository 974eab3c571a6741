// Ssh: one connection to the guest, over which commands run and files travel.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Machine } from './boot.ts';
import { type RunResult, run } from './process.ts';
import type { Tools } from './tools.ts';

export interface Guest {
	/** Runs a program in the guest, as root, in `/`. Output is collected unless it goes to a stream. */
	run(argv: readonly string[], options: GuestRunOptions): Promise<RunResult>;
	/** What to type to look into the guest while it runs. */
	sshCommand: string;
	close(): Promise<void>;
}

export interface GuestRunOptions {
	timeoutMs: number;
	stdin?: Readable;
	stdout?: Writable;
	stderr?: Writable;
	accept?: 'any';
	signal?: AbortSignal;
}

/** Waits until the guest's sshd answers, and connects. Rejects when QEMU ends or `timeoutMs` is over. */
export async function connectGuest(options: {
	tools: Tools;
	machine: Machine;
	runDir: string;
	sshKey: string;
	timeoutMs: number;
}): Promise<Guest> {
	const { tools, machine, runDir, sshKey } = options;
	const until = performance.now() + options.timeoutMs;
	while (!(await answersSsh(machine.sshPort))) {
		if (machine.hasEnded()) throw new Error('QEMU ended while the guest was booting');
		if (performance.now() > until) throw new Error(`no answer on port 22 within ${options.timeoutMs / 1000} s`);
		await setTimeout(250);
	}

	const socket = join(runDir, 'ssh');
	const base = ['-S', socket, '-p', String(machine.sshPort), '-i', sshKey, '-o', 'LogLevel=ERROR'];
	const trust = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes'];
	const say = ['-o', 'PermitLocalCommand=yes', '-o', 'LocalCommand=echo connected', '-o', 'ConnectTimeout=60'];
	const keep = ['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=20'];
	const argv = tools.argv([
		'setpriv',
		'--pdeathsig',
		'KILL',
		'ssh',
		'-MN',
		...base,
		...trust,
		...say,
		...keep,
		'root@127.0.0.1',
	]);
	const master = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
	let words = '';
	master.stderr.on('data', (chunk: Buffer) => {
		words = (words + chunk).slice(-2000);
	});
	const ended = once(master, 'close');
	const signal = AbortSignal.timeout(Math.max(1000, Math.ceil(until - performance.now())));
	const connected = await Promise.race([
		once(master.stdout, 'data', { signal }).then(() => true),
		ended.then(() => false),
	]);
	if (!connected) throw new Error(`ssh did not connect: ${words}`);
	return {
		sshCommand: `ssh -p ${machine.sshPort} -i ${sshKey} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1`,
		run: (command, runOptions) =>
			run(tools.argv(['ssh', ...base, ...trust, 'root@127.0.0.1', command.map(shellWord).join(' ')]), {
				title: `in the guest: ${command.join(' ').slice(0, 200)}`,
				...runOptions,
			}),
		async close() {
			master.kill();
			await ended;
		},
	};
}

/** A word as a POSIX shell reads it. */
export function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** QEMU accepts the connection itself, so only sshd's greeting counts. */
async function answersSsh(port: number): Promise<boolean> {
	const socket = connect(port, '127.0.0.1');
	try {
		const [greeting] = await once(socket, 'data', { signal: AbortSignal.timeout(5000) });
		return String(greeting).startsWith('SSH-');
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}
