// Doctor: the same facts, the same words.
import { describe, expect, test } from 'vitest';
import { type Finding, findings } from '#runner/engine/doctor.ts';
import type { EngineFacts } from '#runner/engine/engine.ts';
import type { HostFacts } from '#runner/engine/host-facts.ts';

const gibibyte = 1024 ** 3;
const host: HostFacts = {
	platform: 'linux',
	isRoot: true,
	hasApt: true,
	missingPackages: [],
	kernel: '6.12.107+deb13-cloud-amd64',
	cgroup: 2,
	maxUserNamespaces: 96_365,
	memoryBytes: 8 * gibibyte,
	freeMemoryBytes: 6 * gibibyte,
	freeDiskBytes: 80 * gibibyte,
	lowSettings: {},
};
const engine: EngineFacts = {
	version: '26.1.5+dfsg1',
	apiVersion: '1.45',
	kind: 'embedded',
	os: 'Debian GNU/Linux 13 (trixie)',
	architecture: 'amd64',
	cpus: 4,
	memoryBytes: 8 * gibibyte,
	remappedUid: 1_000_000,
	cgroup: 2,
	cgroupDriver: 'systemd',
	seccomp: true,
	profile: 'unprivileged',
	dropCapabilities: [],
};
const embedded = { kind: 'embedded' as const, dockerHost: undefined };
const given = { kind: 'given' as const, dockerHost: undefined };

const text = (list: Finding[]) =>
	list
		.map(({ name, state, finding, meaning, remedy = '' }) => `${state} ${name}: ${finding} ${meaning} ${remedy}`.trim())
		.join('\n');
const named = (list: Finding[], name: string) => text(list.filter((each) => each.name === name));

test('a stock Debian 13 with a running engine', () => {
	expect(text(findings(embedded, host, engine))).toMatchInlineSnapshot(`
		"ok Engine: Shoal's own Docker Engine 26.1.5+dfsg1 runs, on Debian GNU/Linux 13 (trixie). Sandboxes can be made.
		ok Isolation: Nodes run in a user namespace: root in a node is user 1000000 on the host. Learners have all rights inside their nodes and none outside. Fit for classes and strangers.
		ok Control groups: cgroup v2 with the systemd driver. Limits on memory, CPU and processes hold, also those that learners set; the engine hands each node its own.
		ok Load balancing: Shoal's mesh is in use: IPVS, Docker's own balancer, takes no orders from a user namespace. Round robin over virtual IPs and published ports works as Docker promises it.
		ok User namespaces: The kernel allows them (up to 96365). Nodes can be unprivileged.
		ok Memory: 8.0 GiB. Room for about 15 sandboxes of three nodes.
		ok Disk: 80.0 GiB free. Enough for images and sandboxes.
		ok Kernel settings: High enough for many nodes. Nothing to do.
		ok Emulation: Kernel 6.12.107+deb13-cloud-amd64 keeps emulators per user namespace. Learners can build and run images of other architectures in their own nodes."
	`);
});

test('a fresh machine, before the first start', () => {
	const fresh = {
		...host,
		missingPackages: ['docker.io', 'containerd'],
		lowSettings: { 'fs.inotify.max_user_instances': '128' },
	};
	const list = findings(embedded, fresh, undefined);
	expect(list.filter(({ state }) => state !== 'ok')).toEqual([]);
	expect(named(list, 'Packages')).toMatchInlineSnapshot(
		`"ok Packages: Not installed yet: docker.io, containerd. "npm start" installs them from Debian."`,
	);
	expect(named(list, 'Kernel settings')).toMatchInlineSnapshot(
		`"ok Kernel settings: Low now: fs.inotify.max_user_instances = 128. "npm start" raises them while its engine runs, and puts them back afterwards."`,
	);
});

describe('what stops Shoal', () => {
	test('no root and no engine', () => {
		expect(named(findings(embedded, { ...host, isRoot: false }, undefined), 'Engine')).toMatchInlineSnapshot(
			`"fail Engine: Shoal does not run as root. Shoal cannot start an engine of its own here. Start Shoal as root on Linux, or start a Docker Engine and set SHOAL_ENGINE=given."`,
		);
	});

	test('another system without an engine', () => {
		const mac = { ...host, platform: 'darwin' as const, hasApt: false };
		expect(named(findings(given, mac, undefined), 'Engine')).toMatchInlineSnapshot(
			`"fail Engine: No Docker Engine answers at /var/run/docker.sock. There is nothing to make sandboxes on. Install Docker, name another with DOCKER_HOST, or start Shoal as root on Linux to let it bring its own."`,
		);
	});

	test('packages that cannot be installed', () => {
		const fedora = { ...host, hasApt: false, missingPackages: ['docker.io'] };
		expect(named(findings(embedded, fedora, undefined), 'Packages')).toMatchInlineSnapshot(
			`"fail Packages: Not installed: docker.io. Shoal's own engine cannot start, and may not install them here. Install docker.io with this system's package manager."`,
		);
	});

	test('a kernel without user namespaces', () => {
		expect(
			named(findings(embedded, { ...host, maxUserNamespaces: 0 }, undefined), 'User namespaces'),
		).toMatchInlineSnapshot(
			`"fail User namespaces: The kernel allows no user namespaces. Unprivileged nodes are impossible. Allow them: sysctl -w user.max_user_namespaces=15000"`,
		);
	});

	test('a full disk', () => {
		expect(named(findings(embedded, { ...host, freeDiskBytes: gibibyte }, engine), 'Disk')).toMatchInlineSnapshot(
			`"fail Disk: 1.0 GiB free. The images of nodes and lessons do not fit. Free some space, or set SHOAL_STATE_DIR to a folder on a larger disk."`,
		);
	});
});

describe('what is missing', () => {
	test('an engine without user namespaces', () => {
		const plain: EngineFacts = {
			...engine,
			profile: 'capabilities',
			remappedUid: undefined,
			dropCapabilities: ['SYS_RESOURCE'],
		};
		expect(named(findings(given, host, plain), 'Isolation')).toMatchInlineSnapshot(
			`"warn Isolation: The engine has no user namespaces: nodes get its capabilities, but for SYS_RESOURCE, and root in a node is root on the host. Fine on your own laptop. Do not let strangers in. Start Shoal as root on Linux with SHOAL_ENGINE=embedded, or run this engine with "userns-remap"."`,
		);
	});

	test('an old kernel', () => {
		expect(named(findings(embedded, { ...host, kernel: '6.1.0-18-amd64' }, engine), 'Emulation')).toMatchInlineSnapshot(
			`"warn Emulation: Kernel 6.1.0-18-amd64 has one list of emulators for the whole host (own ones come with 6.7). In lessons on other architectures, images can be built but may not run. Use a newer kernel: Debian 13 has 6.12, Ubuntu 24.04 has 6.8."`,
		);
	});

	test('settings that the engine could not raise', () => {
		const low = { ...host, lowSettings: { 'kernel.keys.maxkeys': '200' } };
		expect(named(findings(embedded, low, engine), 'Kernel settings')).toMatchInlineSnapshot(
			`"warn Kernel settings: Low, and not to be raised from here: kernel.keys.maxkeys = 200. With many sandboxes, new nodes may fail to start. Raise them on the host that this machine runs on."`,
		);
	});

	test('memory', () => {
		expect(named(findings(given, host, { ...engine, memoryBytes: gibibyte }), 'Memory')).toMatchInlineSnapshot(
			`"warn Memory: 1.0 GiB. Room for about 1 sandboxes of three nodes; building images may run out of it. Use a machine with 4 GiB or more."`,
		);
	});
});
