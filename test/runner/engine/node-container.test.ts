// Node container: what the engine is asked for, and above all what it is not.
import { describe, expect, test } from 'vitest';
import type { EngineFacts, NodeSpec } from '#runner/engine/engine.ts';
import { nodeContainer } from '#runner/engine/node-container.ts';

const spec: NodeSpec = {
	name: 'shoal-x-manager1',
	hostname: 'manager1',
	image: 'shoal/node:0123456789ab',
	networkId: 'n1',
	address: '10.213.0.18',
	labels: { 'shoal.sandbox': 'x' },
	limits: { memoryBytes: 1024 ** 3, cpus: 1.5, pids: 2048 },
};
const facts: EngineFacts = {
	version: '26.1.5',
	apiVersion: '1.45',
	kind: 'embedded',
	os: 'Debian',
	architecture: 'amd64',
	cpus: 2,
	memoryBytes: 8 * 1024 ** 3,
	remappedUid: 1_000_000,
	cgroup: 2,
	cgroupDriver: 'systemd',
	seccomp: true,
	profile: 'unprivileged',
	dropCapabilities: [],
};
const withoutNamespaces: EngineFacts = {
	...facts,
	remappedUid: undefined,
	profile: 'capabilities',
	dropCapabilities: ['SYS_RESOURCE'],
};

test.each([
	['in a user namespace', facts],
	['without one', withoutNamespaces],
])('a node is never privileged, %s, and stays in its own namespaces', (_where, here) => {
	const { HostConfig = {} } = nodeContainer(spec, here);
	expect(HostConfig).not.toHaveProperty('Privileged');
	expect(HostConfig).not.toHaveProperty('PidMode');
	expect(HostConfig).not.toHaveProperty('UsernsMode');
	expect(HostConfig).toMatchObject({ CgroupnsMode: 'private', NetworkMode: 'n1' });
});

test('its limits are on memory (with no swap on top), CPU and processes', () => {
	expect(nodeContainer(spec, facts).HostConfig).toMatchObject({
		Memory: 1024 ** 3,
		MemorySwap: 1024 ** 3,
		NanoCpus: 1_500_000_000,
		PidsLimit: 2048,
	});
});

describe('keys, which all nodes share by their user', () => {
	const seccompOf = (here: EngineFacts) =>
		nodeContainer(spec, here).HostConfig?.SecurityOpt?.find((option: string) => option.startsWith('seccomp='));

	test('do not exist for a node in a user namespace', () => {
		const profile = JSON.parse(seccompOf(facts)?.replace('seccomp=', '') ?? '');
		expect(profile.defaultAction).toBe('SCMP_ACT_ALLOW');
		expect(profile.syscalls).toEqual([
			{ names: ['add_key', 'keyctl', 'request_key'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
		]);
	});

	test('are left alone where the engine cannot forbid system calls, or nodes are root on the host', () => {
		expect(seccompOf({ ...facts, seccomp: false })).toBe('seccomp=unconfined');
		expect(seccompOf(withoutNamespaces)).toBe('seccomp=unconfined');
	});
});

test('it asks for no more CPUs than there are, which an engine refuses', () => {
	const { HostConfig } = nodeContainer({ ...spec, limits: { ...spec.limits, cpus: 16 } }, facts);
	expect(HostConfig?.NanoCpus).toBe(2e9);
});

describe('what it sees of the host', () => {
	test('is a sysfs of its own in a user namespace, and no path of the host', () => {
		const { HostConfig } = nodeContainer(spec, facts);
		expect(HostConfig).not.toHaveProperty('Binds');
		expect(HostConfig?.Mounts).toEqual([
			expect.objectContaining({
				Type: 'volume',
				Target: '/run/hostsys',
				VolumeOptions: expect.objectContaining({
					DriverConfig: { Name: 'local', Options: expect.objectContaining({ type: 'sysfs' }) },
				}),
			}),
		]);
	});

	test('is nothing where its root is root on the host', () => {
		const { HostConfig } = nodeContainer(spec, withoutNamespaces);
		expect(HostConfig).toMatchObject({ Mounts: [], CapDrop: ['SYS_RESOURCE'] });
		expect(HostConfig).not.toHaveProperty('Binds');
	});
});

test('it has its name and its address on its network', () => {
	expect(nodeContainer(spec, facts)).toMatchObject({
		Hostname: 'manager1',
		NetworkingConfig: {
			EndpointsConfig: { n1: { Aliases: ['manager1'], IPAMConfig: { IPv4Address: '10.213.0.18' } } },
		},
	});
});
