// Uplink: the embedded engine's own network namespace, and its one way out, a veth pair with NAT on the host's side.
//
// In a namespace of its own the engine's bridges, addresses and iptables chains cannot meet those of another Docker
// Engine on the host. On the host there are one link, two filter chains and one NAT rule, all named after the instance.
import { readFile } from 'node:fs/promises';
import { LabError } from '#contract/errors.ts';
import { runCommand, tryCommand } from '../command.ts';
import type { EngineLayout } from './layout.ts';
import { forwardNames } from './name-servers.ts';

/** Uplinks are /30 networks out of this one; the engine's default bridge and build networks follow in `dockerd.ts`. */
const uplinkBase = '10.214.0.0';
const uplinkCount = 1024;

/** Makes namespace, link, addresses and rules; what is there already is made anew. Returns the uplink's network (/30). */
export async function makeUplink(layout: EngineLayout): Promise<string> {
	const { namespace, namespaceFile, hostLink, engineLink } = layout;
	if ((await tryCommand(['ip', 'netns', 'list'])).stdout.split(/\s+/).includes(namespace)) await removeRules(layout);
	else await runCommand(['ip', 'netns', 'add', namespace]);
	await tryCommand(['ip', 'link', 'delete', hostLink]);

	const network = freeUplink((await runCommand(['ip', '-4', 'route', 'show', 'table', 'all'])).split('\n'));
	const { host, engine } = uplinkAddresses(network);
	const inside = (...argv: string[]) => runCommand(['nsenter', `--net=${namespaceFile}`, 'ip', ...argv]);
	await runCommand(['ip', 'link', 'add', hostLink, 'type', 'veth', 'peer', 'name', engineLink, 'netns', namespace]);
	await runCommand(['ip', 'address', 'add', `${host}/30`, 'dev', hostLink]);
	await runCommand(['ip', 'link', 'set', hostLink, 'up']);
	await inside('link', 'set', 'lo', 'up');
	await inside('address', 'add', `${engine}/30`, 'dev', engineLink);
	// A host whose own link carries less than 1500 (tunnels, clouds) would lose big packets silently.
	await inside('link', 'set', engineLink, 'mtu', String(await uplinkMtu()));
	await inside('link', 'set', engineLink, 'up');
	await inside('route', 'add', 'default', 'via', host);
	await addRules(layout, network);
	await forwardNames(layout);
	return network;
}

/** Removes rules, link and namespace. Nothing of it need be there. */
export async function removeUplink(layout: EngineLayout): Promise<void> {
	await removeRules(layout);
	await tryCommand(['ip', 'link', 'delete', layout.hostLink]);
	await tryCommand(['ip', 'netns', 'delete', layout.namespace]);
}

/** The first /30 of the base that overlaps no route of the host, given `ip route` lines. */
export function freeUplink(routes: string[]): string {
	const taken = routes.flatMap((line) => {
		const match = /\b(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?/.exec(line);
		return match ? [{ start: toNumber(match[1] ?? ''), size: 2 ** (32 - Number(match[2] ?? 32)) }] : [];
	});
	for (let index = 0; index < uplinkCount; index++) {
		const start = toNumber(uplinkBase) + index * 4;
		if (!taken.some((other) => start < other.start + other.size && other.start < start + 4))
			return `${toText(start)}/30`;
	}
	throw new LabError('engine.start', { reason: `every network in ${uplinkBase} is in use on this host.` });
}

/** The two addresses of an uplink's network. */
export function uplinkAddresses(network: string): { host: string; engine: string } {
	const start = toNumber(network.split('/')[0] ?? '');
	return { host: toText(start + 1), engine: toText(start + 2) };
}

interface Rule {
	table: 'filter' | 'nat';
	chain: string;
	rule: string[];
}

/**
 * The rules on the host. Filter chains are entered first in FORWARD and INPUT: a host with Docker or a firewall drops by
 * policy. From the engine's side only name servers of the host itself can be reached.
 */
export function hostRules(
	instance: string,
	link: string,
	network: string,
): { chains: string[]; rules: Rule[]; jumps: Rule[] } {
	const forward = `SHOAL-${instance}-FWD`;
	const input = `SHOAL-${instance}-IN`;
	const filter = (chain: string, ...rule: string[]): Rule => ({ table: 'filter', chain, rule });
	const note = ['-m', 'comment', '--comment', `shoal ${instance}`];
	return {
		chains: [forward, input],
		rules: [
			filter(forward, '-i', link, '-j', 'ACCEPT'),
			filter(forward, '-o', link, '-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'ACCEPT'),
			filter(forward, '-o', link, '-j', 'DROP'),
			filter(input, '-i', link, '-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'ACCEPT'),
			filter(input, '-i', link, '-p', 'udp', '--dport', '53', '-j', 'ACCEPT'),
			filter(input, '-i', link, '-p', 'tcp', '--dport', '53', '-j', 'ACCEPT'),
			filter(input, '-i', link, '-j', 'DROP'),
		],
		jumps: [
			filter('FORWARD', '-j', forward),
			filter('INPUT', '-i', link, '-j', input),
			{ table: 'nat', chain: 'POSTROUTING', rule: ['-s', network, '!', '-o', link, ...note, '-j', 'MASQUERADE'] },
		],
	};
}

async function addRules(layout: EngineLayout, network: string): Promise<void> {
	const { chains, rules, jumps } = hostRules(layout.instance, layout.hostLink, network);
	for (const chain of chains) await iptables('filter', '-N', chain);
	for (const { table, chain, rule } of rules) await iptables(table, '-A', chain, ...rule);
	for (const { table, chain, rule } of jumps) await iptables(table, '-I', chain, ...rule);
}

/** Removes what the instance ever added, whatever its uplink was then. */
async function removeRules(layout: EngineLayout): Promise<void> {
	const { chains } = hostRules(layout.instance, layout.hostLink, '');
	const mark = new RegExp(`SHOAL-${layout.instance}-|"shoal ${layout.instance}"`);
	for (const table of ['filter', 'nat'] as const) {
		const listed = (await tryCommand(['iptables', '-w', '10', '-t', table, '-S'])).stdout.split('\n');
		const jumps = listed.filter((line) => /^-A (FORWARD|INPUT|POSTROUTING) /.test(line) && mark.test(line));
		for (const line of jumps) await tryIptables(table, '-D', ...splitRule(line).slice(1));
		if (table === 'filter') {
			for (const chain of chains) {
				await tryIptables(table, '-F', chain);
				await tryIptables(table, '-X', chain);
			}
		}
	}
}

/** The words of a line of `iptables -S`; a comment with a space comes in quotes. */
export function splitRule(line: string): string[] {
	return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

const iptables = (table: string, ...argv: string[]) => runCommand(['iptables', '-w', '10', '-t', table, ...argv]);
const tryIptables = (table: string, ...argv: string[]) => tryCommand(['iptables', '-w', '10', '-t', table, ...argv]);

/** Bytes per packet that the host's way out carries, at most 1500. */
export async function uplinkMtu(): Promise<number> {
	const route = (await tryCommand(['ip', '-4', 'route', 'show', 'default'])).stdout;
	const link = /\bdev (\S+)/.exec(route)?.[1];
	const text = link ? await readFile(`/sys/class/net/${link}/mtu`, 'utf8').catch(() => '') : '';
	return Math.min(Number(text) || 1500, 1500);
}

function toNumber(address: string): number {
	return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(number: number): string {
	return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
