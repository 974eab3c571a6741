// Disk: a stock Debian 13 host as a disk image, with its kernel and a tiny initrd, kept in the cache directory.
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { artefact, hashOf } from './artefact.ts';
import { inRoot, makeDebian, RELEASE } from './debian.ts';
import type { Tools } from './tools.ts';

/** What a school's Debian 13 server has, and what Shoal asks of a host: Docker's own packages. IPVS is in the kernel package. */
const packages = [
	...['linux-image-cloud-amd64', 'systemd-sysv', 'dbus', 'udev', 'apparmor', 'openssh-server', 'ca-certificates'],
	...[
		'docker.io',
		'docker-cli',
		'docker-buildx',
		'containerd',
		'runc',
		'iptables',
		'nftables',
		'iproute2',
		'procps',
		'kmod',
	],
	...[
		'ipvsadm',
		'jq',
		'curl',
		'socat',
		'e2fsprogs',
		'uidmap',
		'debootstrap',
		'conntrack',
		'ethtool',
		'git',
		'xz-utils',
		'zstd',
	],
];

/** Size that the guest sees. The file is sparse: about 1 GiB is really there. */
const DISK_SIZE = '24G';

export interface Disk {
	/** Raw image; never written to: a VM gets a layer of its own above it. */
	image: string;
	kernel: string;
	initrd: string;
	/** Private key that root of the guest accepts. */
	sshKey: string;
}

const guestFile = (name: string) => fileURLToPath(new URL(`guest/${name}`, import.meta.url));

/** The disk, made in the cache directory when it is not there (about two minutes). */
export async function findDisk(cacheDir: string, tools: Tools, mirror: string | undefined): Promise<Disk> {
	const init = await readFile(guestFile('init'), 'utf8');
	const configure = await readFile(guestFile('configure.sh'), 'utf8');
	const directory = await artefact(
		cacheDir,
		'debian13',
		hashOf(RELEASE, DISK_SIZE, init, configure, ...packages),
		(path) => makeDisk(path, tools, mirror),
	);
	return {
		image: join(directory, 'disk.img'),
		kernel: join(directory, 'vmlinuz'),
		initrd: join(directory, 'initrd'),
		sshKey: join(directory, 'key'),
	};
}

async function makeDisk(directory: string, tools: Tools, mirror: string | undefined): Promise<void> {
	const root = join(directory, 'root');
	await mkdir(root, { recursive: true });
	await makeDebian(root, packages, mirror);

	const key = join(directory, 'key');
	await tools.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key], { timeoutMs: 20_000 });
	await mkdir(join(root, 'root/.ssh'), { recursive: true, mode: 0o700 });
	await copyFile(`${key}.pub`, join(root, 'root/.ssh/authorized_keys'));
	await copyFile(guestFile('configure.sh'), join(root, 'root/configure.sh'));
	await inRoot(root, [], ['sh', '/root/configure.sh'], { timeoutMs: 60_000 });
	await rm(join(root, 'root/configure.sh'));

	await makeInitrd(directory, root, tools);
	const image = join(directory, 'disk.img');
	const format = [
		'mke2fs',
		'-q',
		'-t',
		'ext4',
		'-E',
		'lazy_itable_init=0,lazy_journal_init=1',
		'-d',
		root,
		image,
		DISK_SIZE,
	];
	await tools.run(format, { timeoutMs: 180_000 });
	await rm(root, { recursive: true, force: true });
}

async function makeInitrd(directory: string, root: string, tools: Tools): Promise<void> {
	const [version = ''] = await readdir(join(root, 'usr/lib/modules'));
	await copyFile(join(root, `boot/vmlinuz-${version}`), join(directory, 'vmlinuz'));
	const tree = join(directory, 'initrd-tree');
	for (const path of ['bin', 'lib', 'dev', 'proc', 'new']) await mkdir(join(tree, path), { recursive: true });
	await copyFile(join(tools.root, 'usr/bin/busybox'), join(tree, 'bin/busybox'));
	const module = join(root, `usr/lib/modules/${version}/kernel/drivers/block/virtio_blk.ko`);
	// Debian compresses its modules; the initrd's insmod wants the plain file.
	await tools.run(
		[
			'sh',
			'-c',
			'if [ -e "$0.xz" ]; then xz -dc "$0.xz" >"$1"; else cat "$0" >"$1"; fi',
			module,
			join(tree, 'lib/virtio_blk.ko'),
		],
		{
			timeoutMs: 20_000,
		},
	);
	await copyFile(guestFile('init'), join(tree, 'init'));
	await chmod(join(tree, 'init'), 0o755);
	const pack = 'cd "$0" && find . | cpio --quiet -o -H newc | gzip -1 >"$1"';
	await tools.run(['sh', '-c', pack, tree, join(directory, 'initrd')], { timeoutMs: 60_000 });
	await writeFile(join(directory, 'kernel-version'), `${version}\n`);
	await rm(tree, { recursive: true, force: true });
}
