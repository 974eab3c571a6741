// Name servers: which ones the embedded engine can ask from its network namespace, and how it gets there.
import { readFile, writeFile } from 'node:fs/promises';
import { runCommand } from '../command.ts';
import type { EngineLayout } from './layout.ts';

/**
 * A host with a name server on loopback (systemd-resolved, dnsmasq) is out of reach from the namespace: there, questions
 * to it are sent on to the servers that it asks itself. Containers of builds get those servers in `resolvConf`.
 */
export async function forwardNames(layout: EngineLayout): Promise<void> {
	const servers = await nameServers();
	await writeFile(layout.resolvConf, servers.reachable.map((server) => `nameserver ${server}\n`).join(''));
	const [first] = servers.reachable;
	if (first === undefined || servers.loopback.length === 0) return;
	const inside = (...argv: string[]) => runCommand(['nsenter', `--net=${layout.namespaceFile}`, ...argv]);
	await inside('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet');
	for (const server of servers.loopback) {
		for (const protocol of ['udp', 'tcp']) {
			const rule = ['-d', server, '-p', protocol, '--dport', '53', '-j', 'DNAT', '--to-destination', first];
			await inside('iptables', '-w', '10', '-t', 'nat', '-A', 'OUTPUT', ...rule);
		}
	}
	await inside(
		'iptables',
		'-w',
		'10',
		'-t',
		'nat',
		'-A',
		'POSTROUTING',
		'-s',
		'127.0.0.0/8',
		'-o',
		layout.engineLink,
		'-j',
		'MASQUERADE',
	);
}

/** IPv4 name servers of the host: those on loopback, and those that can be reached from elsewhere. */
export async function nameServers(etc = '/etc', run = '/run'): Promise<{ loopback: string[]; reachable: string[] }> {
	const loopback: string[] = [];
	const files = [
		`${etc}/resolv.conf`,
		`${run}/systemd/resolve/resolv.conf`,
		`${run}/NetworkManager/no-stub-resolv.conf`,
	];
	for (const file of files) {
		const text = await readFile(file, 'utf8').catch(() => '');
		const servers = [...text.matchAll(/^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)].map((match) => match[1] ?? '');
		const reachable = servers.filter((server) => !server.startsWith('127.'));
		loopback.push(...servers.filter((server) => server.startsWith('127.') && !loopback.includes(server)));
		if (reachable.length > 0) return { loopback, reachable };
	}
	return { loopback, reachable: [] };
}
