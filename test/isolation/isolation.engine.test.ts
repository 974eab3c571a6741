// Isolation: what a hostile learner, who is root in a node, must not be able to do. Attempts from one sandbox against
// another, the engine and the host; each is a shell script that exits with 0 when it got somewhere.
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#runner/clock.ts';
import { type OpenedEngine, openEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import type { ClusterHost, SandboxNode } from '#runner/sandbox/cluster-access.ts';
import { engineHost } from '#runner/sandbox/engine-host.ts';
import { testConfig } from '../setup/config.ts';

const topology = { managers: 1, workers: 0, swarm: 'unformed' } as const;
const port = 7777;
let opened: OpenedEngine;
let host: ClusterHost;
let hostile: SandboxNode;
let victim: SandboxNode;
/** A program on the host that anybody may connect to, and how often somebody did. */
let listener: Server;
let connections = 0;

beforeAll(async () => {
	const config = testConfig();
	opened = await openEngine(config, silent);
	host = engineHost({
		engine: opened.engine,
		instance: `i${process.pid.toString(36)}`,
		subnets: config.subnets,
		nodeImage: opened.nodeImage,
		limits: { ...config.limits.node, memoryBytes: 512 * 1024 * 1024, pids: 512 },
		maxSandboxes: undefined,
		openImage: () => Promise.reject(new Error('none is needed')),
		clock: systemClock,
	});
	const make = async (sandbox: string): Promise<SandboxNode> => {
		const request = { sandbox, learner: sandbox, topology, images: [] };
		const { nodes } = await host.make(request, { signal: AbortSignal.timeout(60_000), onStage: () => {} });
		if (!nodes[0]) throw new Error('no node');
		return nodes[0];
	};
	[hostile, victim] = await Promise.all([make('hostile'), make('victim')]);
	await sh(victim, `setsid nc -lk ${port} </dev/null >/dev/null 2>&1 &`);
	listener = createServer((socket) => {
		connections += 1;
		socket.destroy();
	});
	await new Promise<void>((resolve) => listener.listen(port, '0.0.0.0', resolve));
});
afterAll(async () => {
	listener?.close();
	for (const sandbox of (await host?.list()) ?? []) await host.destroy(sandbox);
	await opened?.engine.close();
});

/** Runs a script as root in the node. */
const sh = (node: SandboxNode, script: string) => node.exec(['bash', '-c', script], { timeoutMs: 30_000 });

/** Whether a script exits with 0. */
async function works(node: SandboxNode, script: string): Promise<boolean> {
	return (await sh(node, script)).exitCode === 0;
}

async function restart({ containerId }: SandboxNode): Promise<void> {
	await opened.engine.setNode(containerId, 'kill');
	await opened.engine.setNode(containerId, 'start');
}

const connect = (address: string) => `timeout 1 bash -c '</dev/tcp/${address}/${port}'`;
const gatewayOf = (node: SandboxNode) => node.address.replace(/\d+$/, (last) => String(Number(last) - 1));

describe('the network', () => {
	test('the attempts would work if nothing stood in their way', async () => {
		expect(await works(victim, connect(victim.address))).toBe(true);
	});

	test('no other sandbox, no gateway of one, no host and no internet, whatever routes and addresses a learner sets', async () => {
		const addresses = Object.values(networkInterfaces())
			.flatMap((each) => each ?? [])
			.filter(({ family, internal }) => family === 'IPv4' && !internal)
			.map(({ address }) => address);
		const spoofed = victim.address.replace(/\d+$/, (last) => String(Number(last) + 5));
		const targets = [victim.address, gatewayOf(victim), gatewayOf(hostile), '1.1.1.1', ...addresses];
		const attempts = targets.map((address) => `(${connect(address)} && echo reached ${address}) &`).join('\n');
		const before = connections;
		const { stdout } = await sh(
			hostile,
			`ip route replace default via ${gatewayOf(hostile)}; { ${attempts} wait; } 2>/dev/null
			ip addr add ${spoofed}/28 dev eth0; ${connect(victim.address)} 2>/dev/null && echo reached as a neighbour
			ip addr del ${spoofed}/28 dev eth0
			ip route add ${victim.address}/32 via ${gatewayOf(hostile)} src ${hostile.address}
			${connect(victim.address)} 2>/dev/null && echo reached by a route; timeout 1 getent hosts example.com`,
		);
		expect(stdout).toBe('');
		expect(connections).toBe(before);
	});
});

describe('the host and its kernel', () => {
	test.each([
		['a host program for core dumps', 'echo "|/bin/true" >/proc/sys/kernel/core_pattern'],
		['kernel settings of everybody', 'echo 1 >/proc/sys/fs/inotify/max_user_instances'],
		['the page cache', 'echo 1 >/proc/sys/vm/drop_caches'],
		['magic SysRq', 'echo s >/proc/sysrq-trigger'],
		['the clock', 'date -s "$(date)"'],
		['kernel messages', 'dmesg'],
		['kernel memory', 'head -c1 /proc/kcore | grep -q .'],
		['addresses in the kernel', 'grep -vq "^0000000000000000" /proc/kallsyms'],
		['disks', 'mknod /tmp/disk b 254 0 || mknod /tmp/disk b 8 0'],
		['modules', 'modprobe dummy || insmod /dev/null'],
		['debugfs', 'mount -t debugfs none /mnt'],
		['tracefs', 'mount -t tracefs none /mnt'],
		['BPF', 'mount -t bpf none /mnt && bpftool prog list'],
		['power', 'echo mem >/sys/power/state'],
		['swap', 'dd if=/dev/zero of=/root/swap bs=1M count=1 && mkswap /root/swap && swapon /root/swap'],
		['programs outside of the node', '[ "$(cat /proc/1/comm)" != tini ]'],
		['the user namespace of the host', 'nsenter --user --target 1 true'],
	])('out of reach: %s', async (_what, script) => {
		expect(await works(hostile, `( ${script} ) >/dev/null 2>&1`)).toBe(false);
	});

	test('the host’s sysfs, which the node’s start needs for a moment, is gone from every process', async () => {
		expect(await works(hostile, 'ls -A /run/hostsys /proc/1/root/run/hostsys | grep -v : | grep .')).toBe(false);
		expect(await works(hostile, 'cat /proc/[0-9]*/mountinfo 2>/dev/null | grep hostsys')).toBe(false);
	});
});

describe('its own limits', () => {
	const raise = (value: string, ...files: string[]) =>
		`for file in ${files.join(' ')}; do [ -e $file ] && echo ${value} >$file && exit 0; done; exit 1`;
	const groups = '/sys/fs/cgroup';
	test.each([
		['memory on v1', raise('-1', `${groups}/memory/memory.limit_in_bytes`)],
		['memory on v2', raise('max', `${groups}/memory.max`, `${groups}/memory.swap.max`)],
		['processes', raise('max', `${groups}/pids/pids.max`, `${groups}/pids.max`)],
		['CPU on v1', raise('-1', `${groups}/cpu/cpu.cfs_quota_us`)],
		['CPU on v2', raise('max', `${groups}/cpu.max`)],
		[
			'by leaving its group',
			'mkdir /tmp/c; mount -t cgroup -o pids none /tmp/c; [ -d /tmp/c/docker ] || [ -d /tmp/c/system.slice ]',
		],
	])('cannot be raised: %s', async (_what, script) => {
		expect(await works(hostile, `( ${script} ) >/dev/null 2>&1`)).toBe(false);
	});

	test('hold: a node full of processes leaves the other one at work, and is usable again', async () => {
		const bomb = "perl -e 'while (1) { my $p = fork // do { select undef, undef, undef, 0.01; next }; sleep if !$p }'";
		// An exec may enter a group that is full: only a fork in it fails.
		const forks = 'for i in $(seq 20); do true | true || exit 1; done';
		await sh(hostile, `(setsid ${bomb} >/dev/null 2>&1 </dev/null &)`);
		await expect.poll(() => works(hostile, forks).catch(() => false), { timeout: 25_000, interval: 100 }).toBe(false);
		expect(await works(victim, forks)).toBe(true);
		await restart(hostile);
		expect(await works(hostile, forks)).toBe(true);
	});
});

describe('what the kernel counts for all nodes together', () => {
	/** Calls the system call by number, which perl knows how to, as often as it succeeds. */
	const takeAll = (numbers: string, call: string, most: number) =>
		`perl -e 'my ($x, $a) = ${numbers}; for my $i (1..${most}) { last if (${call}) < 0; $n++ } print $n // 0'`;
	const isArm = `(\`uname -m\` =~ /aarch64/)`;

	test('inotify: more than the old limit for one, and there are some left for the other', async () => {
		const call = `${isArm} ? syscall(26, 0) : syscall(294, 0)`;
		const hold = `perl -e 'my $arm = ${isArm}; for (1..9000) { last if syscall($arm ? 26 : 294, 0) < 0; $n++ } $|=1; print $n // 0; sleep 20'`;
		const { stdout } = await sh(
			hostile,
			`ulimit -n 20000; (setsid ${hold} >/tmp/n </dev/null 2>&1 &); for i in $(seq 100); do [ -s /tmp/n ] && break; sleep 0.05; done; cat /tmp/n`,
		);
		expect(Number(stdout)).toBe(9000);
		expect((await sh(victim, takeAll('(0, 0)', call, 3))).stdout).toBe('3');
		await sh(hostile, 'pkill perl');
	});

	test('keys: none at all, so none to take away from the runtime of others', async () => {
		const add = `my $t = "user"; my $d = "k"; my $p = "x"; my $k = syscall(\`uname -m\` =~ /aarch64/ ? 217 : 248, $t, $d, $p, 1, -3); print $k < 0 ? "$!" : "added"`;
		expect((await sh(hostile, `perl -e '${add}'`)).stdout).toBe('Function not implemented');
	});
});

test('a node that is started again with an entry of the learner’s own sees nothing of the host but its devices', async () => {
	// The sysfs that the node's start needs is there again, and now nobody takes it away.
	const evil = '#!/bin/bash\\nmkdir -p /run/shoal; exec sleep 1000';
	await sh(hostile, `printf '${evil}' >/usr/local/sbin/node-entry`);
	await restart(hostile);
	expect(await works(hostile, 'ls /run/hostsys/class')).toBe(true);
	// Where the host has mounted cgroups, debugfs, tracefs, BPF, configfs, pstore, EFI variables.
	const { stdout } = await sh(
		hostile,
		`cd /run/hostsys && ls -A fs/cgroup kernel/debug kernel/tracing fs/bpf kernel/config fs/pstore firmware/efi/efivars 2>/dev/null | grep -v ':$' | grep .
		find . -name "*${victim.containerId}*" 2>/dev/null; grep -o "/run/hostsys[^ ]*" /proc/self/mountinfo`,
	);
	expect(stdout).toBe('/run/hostsys\n');
});
