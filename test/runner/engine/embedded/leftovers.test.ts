// Leftovers: which processes of the host belong to an engine that is gone, and above all which do not.
import { expect, test } from 'vitest';
import { belongsTo, shimSocket } from '#runner/engine/embedded/leftovers.ts';

const id = '10fdeecd3a96c5d0';
const engine = {
	instance: 'dev',
	containerdSocket: '/run/shoal/dev/containerd.sock',
	containerdConfig: '/var/lib/shoal/dev/engine/containerd.toml',
	dockerdConfig: '/var/lib/shoal/dev/engine/dockerd.json',
	containers: [id],
};

test.each([
	[
		'a shim of its containerd',
		'containerd-shim-runc-v2\0-namespace\0moby\0-address\0/run/shoal/dev/containerd.sock\0',
		'0::/user.slice\n',
	],
	['its containerd', 'containerd\0--config\0/var/lib/shoal/dev/engine/containerd.toml\0', '0::/\n'],
	['its dockerd', 'dockerd\0--config-file\0/var/lib/shoal/dev/engine/dockerd.json\0', '0::/\n'],
	['a process of a container, cgroup v1', 'dockerd\0', `4:memory:/shoal-dev/${id}\n0::/\n`],
	['a container inside a container', 'sh\0', `4:memory:/shoal-dev/${id}/docker/77aa\n`],
	['a process of a container, systemd', 'dockerd\0', `0::/system.slice/docker-${id}.scope/node\n`],
])('%s is its own', (_what, command, cgroup) => {
	expect(belongsTo({ command, cgroup }, engine)).toBe(true);
});

test.each([
	['a shim of another instance', 'containerd-shim-runc-v2\0-address\0/run/shoal/dev2/containerd.sock\0', '0::/\n'],
	['a daemon of another instance', 'containerd\0--config\0/var/lib/shoal/dev2/engine/containerd.toml\0', '0::/\n'],
	['a container of another instance', 'dockerd\0', '4:memory:/shoal-dev2/10fdeecd3a96\n'],
	['a container of the host’s own engine', 'nginx\0', '0::/system.slice/docker-77aa77aa77aa.scope\n'],
	['a program that was told the socket in a sentence', 'sh\0-c\0ls /run/shoal/dev/containerd.sock\0', '0::/\n'],
	['anything else', 'bash\0', '0::/user.slice/user-0.slice/session-1.scope\n'],
])('%s is not', (_what, command, cgroup) => {
	expect(belongsTo({ command, cgroup }, engine)).toBe(false);
});

test('a shim’s socket is found by what the shim was told, as seen on a host', () => {
	const container = '51df4dccdcb9b51cc7b129aa2956678808dbebe8ad4765e1498c7b17949e7c01';
	const words = [
		'/usr/bin/containerd-shim-runc-v2',
		'-namespace',
		'moby',
		'-id',
		container,
		'-address',
		'/run/shoal/mesh/containerd.sock',
	];
	expect(shimSocket(`${words.join('\0')}\0`)).toBe(
		'/run/containerd/s/f1a03e08196a336e209b4565ed04b99dc8a06d27208a576cef0b5b74ce8cec85',
	);
	expect(shimSocket('bash\0')).toBeUndefined();
});
