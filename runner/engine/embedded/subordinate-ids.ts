// Subordinate IDs: the host user that root inside a node is, and the range of IDs its users are mapped to.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { runCommand, tryCommand } from '../command.ts';

export const remapUser = 'shoal';
const rangeSize = 65_536;
/** Above what distributions hand out to people (100000 and up) and what systemd takes for containers (524288 and up). */
const firstStart = 1_000_000;

/** A line of /etc/subuid or /etc/subgid. */
interface Range {
	name: string;
	start: number;
	count: number;
}

/** The lines of /etc/subuid that can be understood. */
export function parseRanges(text: string): Range[] {
	return text.split('\n').flatMap((line) => {
		const match = /^([^:#]+):(\d+):(\d+)\s*$/.exec(line);
		return match ? [{ name: match[1] ?? '', start: Number(match[2]), count: Number(match[3]) }] : [];
	});
}

/** The first start of a free range, from `firstStart` in steps of the range's size. */
export function freeStart(taken: Range[]): number {
	let start = firstStart;
	const overlaps = (range: Range) => start < range.start + range.count && range.start < start + rangeSize;
	for (let hit = taken.find(overlaps); hit; hit = taken.find(overlaps)) {
		start = firstStart + Math.ceil((hit.start + hit.count - firstStart) / rangeSize) * rangeSize;
	}
	return start;
}

/** Makes the user and its ranges unless they are there. Returns whether it made the user. */
export async function ensureRemapUser(etc = '/etc'): Promise<boolean> {
	const exists = (await tryCommand(['getent', 'passwd', remapUser])).exitCode === 0;
	if (!exists) {
		const shell = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
		await runCommand(['useradd', '--system', '--user-group', ...shell, '--comment', 'Shoal nodes', remapUser]);
	}
	const files = [`${etc}/subuid`, `${etc}/subgid`];
	const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
	const ranges = texts.map(parseRanges);
	const own = ranges.map((list) => list.find((range) => range.name === remapUser && range.count >= rangeSize));
	// One start for both files: the engine's data root carries it in its name, as uid.gid.
	const start = own[0]?.start ?? own[1]?.start ?? freeStart(ranges.flat());
	for (const [index, file] of files.entries()) {
		if (own[index]) continue;
		const text = texts[index] ?? '';
		const separator = text === '' || text.endsWith('\n') ? '' : '\n';
		await replaceFile(file, `${text}${separator}${remapUser}:${start}:${rangeSize}\n`);
	}
	return !exists;
}

/** Removes the ranges, and the user too when Shoal made it. */
export async function removeRemapUser(madeUser: boolean, etc = '/etc'): Promise<void> {
	if (!madeUser) return;
	await tryCommand(['userdel', remapUser]);
	await tryCommand(['groupdel', remapUser]);
	for (const file of [`${etc}/subuid`, `${etc}/subgid`]) {
		const text = await readFile(file, 'utf8').catch(() => '');
		const kept = text
			.split('\n')
			.filter((line) => !line.startsWith(`${remapUser}:`))
			.join('\n');
		if (kept !== text) await replaceFile(file, kept);
	}
}

async function replaceFile(file: string, text: string): Promise<void> {
	await writeFile(`${file}.shoal`, text, { mode: 0o644 });
	await rename(`${file}.shoal`, file);
}
