// Host ledger: the values before Shoal, remembered once, put back by the last to leave, forgotten by a reboot.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFile } from '#runner/engine/embedded/file-lock.ts';
import { parseLedger, withLedger } from '#runner/engine/embedded/host-ledger.ts';
import { raiseSysctls, restoreSysctls } from '#runner/engine/embedded/sysctls.ts';

let folder: string;
let file: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'shoal-ledger-'));
	file = join(folder, 'host.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the file', () => {
	test('keeps what was written', async () => {
		await withLedger(file, 'boot1', async (ledger) => {
			ledger.running.push('dev');
			ledger.madeUser = true;
		});
		expect(parseLedger(await readFile(file, 'utf8'), 'boot1')).toMatchObject({ running: ['dev'], madeUser: true });
	});

	test('after a reboot nothing runs and nothing is raised, but the user is still Shoal’s', () => {
		const stored = JSON.stringify({
			bootId: 'boot1',
			running: ['dev'],
			present: ['dev'],
			sysctls: { a: { before: '1', raised: '2' } },
			madeUser: true,
		});
		expect(parseLedger(stored, 'boot2')).toMatchObject({ running: [], present: ['dev'], sysctls: {}, madeUser: true });
	});

	test('one that is cut off counts as empty', () => {
		expect(parseLedger('{"bootId": "bo', 'boot1')).toMatchObject({ running: [], present: [] });
	});

	test('many changes at once are made one after the other', async () => {
		const names = Array.from({ length: 20 }, (_, index) => `i${index}`);
		await Promise.all(
			names.map((name) =>
				withLedger(file, 'boot1', async (ledger) => {
					ledger.present.push(name);
				}),
			),
		);
		expect(parseLedger(await readFile(file, 'utf8'), 'boot1').present.sort()).toEqual(names.sort());
	});

	test('a change that throws changes nothing, and the next one gets its turn', async () => {
		const broken = withLedger(file, 'boot1', async (ledger) => {
			ledger.running.push('dev');
			throw new Error('no');
		});
		await expect(broken).rejects.toThrow('no');
		expect(await withLedger(file, 'boot1', async (ledger) => ledger.running)).toEqual([]);
	});

	test('of two that want the lock, the second hears who has it', async () => {
		const first = await lockFile(`${file}.lock`, 0);
		expect(await lockFile(`${file}.lock`, 50)).toEqual({ type: 'held', by: process.pid });
		if (first.type === 'taken') await first.lock[Symbol.asyncDispose]();
		expect((await lockFile(`${file}.lock`, 0)).type).toBe('taken');
	});

	test('the lock of a process that died is taken over, also when another has its ID now', async () => {
		await writeFile(`${file}.lock`, `${process.pid} 1`);
		expect(await withLedger(file, 'boot1', async () => 'done')).toBe('done');
	});
});

describe('kernel settings', () => {
	const least = { 'fs.inotify.max_user_instances': 8192, 'net.ipv4.ip_forward': 1, 'kernel.missing': 5 };
	const path = (name: string) => join(folder, 'sys', ...name.split('.'));
	const set = async (name: string, value: string) => {
		await mkdir(dirname(path(name)), { recursive: true });
		await writeFile(path(name), `${value}\n`);
	};
	const get = async (name: string) => (await readFile(path(name), 'utf8')).trim();

	test('low ones are raised, high ones left, and all is put back', async () => {
		await set('fs.inotify.max_user_instances', '128');
		await set('net.ipv4.ip_forward', '1');
		const ledger = parseLedger('', 'boot1');
		expect(await raiseSysctls(ledger, join(folder, 'sys'), least)).toEqual([]);
		expect(ledger.sysctls).toEqual({ 'fs.inotify.max_user_instances': { before: '128', raised: '8192' } });
		expect(await get('fs.inotify.max_user_instances')).toBe('8192');
		await restoreSysctls(ledger, join(folder, 'sys'));
		expect(await get('fs.inotify.max_user_instances')).toBe('128');
		expect(await get('net.ipv4.ip_forward')).toBe('1');
		expect(ledger.sysctls).toEqual({});
	});

	test('what somebody else set in the meantime stays', async () => {
		await set('fs.inotify.max_user_instances', '128');
		const ledger = parseLedger('', 'boot1');
		await raiseSysctls(ledger, join(folder, 'sys'), least);
		await set('fs.inotify.max_user_instances', '99999');
		await restoreSysctls(ledger, join(folder, 'sys'));
		expect(await get('fs.inotify.max_user_instances')).toBe('99999');
	});

	test('a version that raised it to another value is undone by this one', async () => {
		await set('net.ipv4.ip_forward', '7');
		const ledger = { ...parseLedger('', 'boot1'), sysctls: { 'net.ipv4.ip_forward': { before: '0', raised: '7' } } };
		await restoreSysctls(ledger, join(folder, 'sys'));
		expect(await get('net.ipv4.ip_forward')).toBe('0');
	});

	test('the first value is remembered, not the one a second instance finds', async () => {
		await set('net.ipv4.ip_forward', '0');
		const ledger = parseLedger('', 'boot1');
		await raiseSysctls(ledger, join(folder, 'sys'), least);
		await set('net.ipv4.ip_forward', '0');
		await raiseSysctls(ledger, join(folder, 'sys'), least);
		expect(ledger.sysctls['net.ipv4.ip_forward']?.before).toBe('0');
	});
});
