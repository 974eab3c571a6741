// Boot: QEMU with the disks, as a child that cannot outlive this process, its console in a file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Disk } from './disk.ts';
import type { Tools } from './tools.ts';

export type Accelerator = 'kvm' | 'tcg';

export interface Machine {
	/** Port on 127.0.0.1 that leads to the guest's port 22. */
	sshPort: number;
	/** Resolves when QEMU has ended, by poweroff, panic or kill. */
	ended: Promise<void>;
	hasEnded(): boolean;
	/** The last lines of the console. */
	consoleTail(lines: number): Promise<string>;
	/** Ends QEMU at once, and waits for it. */
	kill(): Promise<void>;
}

export interface BootOptions {
	tools: Tools;
	/** Directory for the pid file, the console and the layers that catch writes. */
	runDir: string;
	disk: Disk;
	/** Further raw images: the guest sees them as /dev/vdb, /dev/vdc, ... What it writes to any disk is dropped. */
	extraDisks: readonly string[];
	accelerator: Accelerator;
	cpus: number;
	memoryMb: number;
	/** More words for the kernel's command line. */
	append?: string;
}

/** Starts QEMU. Returns as soon as it runs; the guest boots meanwhile. */
export async function boot(options: BootOptions): Promise<Machine> {
	const { tools, runDir, disk, accelerator } = options;
	const consoleLog = join(runDir, 'console.log');
	const sshPort = await freePort();
	const drives = [disk.image, ...options.extraDisks].flatMap((image) => [
		'-drive',
		`file=${image},if=virtio,format=raw,cache=unsafe,snapshot=on`,
	]);
	const qemu = [
		...['qemu-system-x86_64', '-machine', 'q35', '-nodefaults', '-display', 'none', '-no-reboot'],
		...(accelerator === 'kvm'
			? ['-accel', 'kvm', '-cpu', 'host']
			: ['-accel', 'tcg,thread=multi,tb-size=1024', '-cpu', 'max']),
		...['-smp', String(options.cpus), '-m', String(options.memoryMb)],
		...['-kernel', disk.kernel, '-initrd', disk.initrd],
		...['-append', `console=ttyS0 root=/dev/vda rw quiet panic=-1 ${options.append ?? ''}`.trim()],
		...drives,
		// The guest reaches nothing; only ssh goes in.
		...[
			'-netdev',
			`user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:${sshPort}-:22`,
			'-device',
			'virtio-net-pci,netdev=n0',
		],
		...['-device', 'virtio-rng-pci', '-serial', `file:${consoleLog}`, '-pidfile', join(runDir, 'qemu.pid')],
	];
	// The kernel kills QEMU when this process ends in whatever way: it never stays behind.
	const argv = tools.argv(['setpriv', '--pdeathsig', 'KILL', 'env', `TMPDIR=${runDir}`, ...qemu]);
	const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
	let words = '';
	child.stderr?.on('data', (chunk: Buffer) => {
		words = (words + chunk).slice(-2000);
	});
	await once(child, 'spawn');
	const ended = once(child, 'close').then(() => undefined);
	return {
		sshPort,
		ended,
		hasEnded: () => hasEnded(child),
		async consoleTail(lines) {
			const text = await readFile(consoleLog, 'utf8').catch(() => '');
			return stripVTControlCharacters([words, ...text.split(/\r?\n/).slice(-lines)].join('\n')).trim();
		},
		async kill() {
			if (hasEnded(child)) return;
			child.kill('SIGKILL');
			await ended;
		},
	};
}

function hasEnded(child: ChildProcess): boolean {
	return child.exitCode !== null || child.signalCode !== null;
}

async function freePort(): Promise<number> {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
	return address.port;
}
