// Facts: read from what engines really answered to GET /info.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type DockerInfo, readFacts, remappedUidOf, uidFromMap, userNamespaces } from '#runner/engine/facts.ts';

const recorded = (name: string): DockerInfo =>
	JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as DockerInfo;
const embedded = recorded('debian12-20.10-userns-cgroup1');
const plain = recorded('debian12-20.10-plain-cgroup1');

describe('an engine with user namespaces', () => {
	test('names the host user of its root in its data folder', () => {
		expect(userNamespaces(embedded)).toBe('remap');
		expect(remappedUidOf(embedded)).toBe(1_000_000);
	});

	test('runs unprivileged nodes that keep all capabilities', () => {
		expect(readFacts(embedded, { ApiVersion: '1.41' }, 'embedded', { dropCapabilities: [] })).toMatchInlineSnapshot(`
			{
			  "apiVersion": "1.41",
			  "architecture": "amd64",
			  "cgroup": 1,
			  "cgroupDriver": "cgroupfs",
			  "cpus": 2,
			  "dropCapabilities": [],
			  "kind": "embedded",
			  "memoryBytes": 25276510208,
			  "os": "Debian GNU/Linux 12 (bookworm)",
			  "profile": "unprivileged",
			  "remappedUid": 1000000,
			  "seccomp": true,
			  "version": "20.10.24+dfsg1",
			}
		`);
	});
});

describe('an engine without', () => {
	test('runs nodes with what it can grant', () => {
		const facts = readFacts(plain, { ApiVersion: '1.41' }, 'given', { dropCapabilities: ['SYS_RESOURCE'] });
		expect(facts).toMatchObject({
			profile: 'capabilities',
			remappedUid: undefined,
			dropCapabilities: ['SYS_RESOURCE'],
		});
	});

	test('is not taken in by a data folder that looks like one of a user namespace', () => {
		expect(remappedUidOf({ ...plain, DockerRootDir: '/srv/1000.1000' })).toBeUndefined();
	});
});

test('a rootless engine is unprivileged as a whole', () => {
	const rootless = { ...plain, SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless', 'name=cgroupns'] };
	expect(userNamespaces(rootless)).toBe('rootless');
	expect(readFacts(rootless, { ApiVersion: '1.45' }, 'given', { dropCapabilities: [] }).profile).toBe('unprivileged');
});

test('an engine that lists no security options has none', () => {
	expect(userNamespaces({ ...plain, SecurityOptions: null })).toBe('none');
});

test('cgroup version is 1 where the engine is too old to say', () => {
	const { CgroupVersion: _, ...old } = plain;
	expect(readFacts(old, { ApiVersion: '1.40' }, 'given', { dropCapabilities: [] }).cgroup).toBe(1);
	const unified = { ...plain, CgroupVersion: '2', CgroupDriver: 'systemd' };
	expect(readFacts(unified, { ApiVersion: '1.45' }, 'given', { dropCapabilities: [] })).toMatchObject({
		cgroup: 2,
		cgroupDriver: 'systemd',
	});
});

test.each([
	['         0    1000000      65536\n', 1_000_000],
	['         0     100000      65536\n     65536  900000 1\n', 100_000],
	['         0          0 4294967295\n', undefined],
	['', undefined],
])('who is root, from /proc/self/uid_map %j', (map, uid) => {
	expect(uidFromMap(map)).toBe(uid);
});
