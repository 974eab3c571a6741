// Node container: what is asked of the engine for a node. Never `--privileged`.
import type Dockerode from 'dockerode';
import type { EngineFacts, NodeSpec } from './engine.ts';

/** dockerode's types lack what Docker has had since 20.10. */
export type HostConfig = Dockerode.HostConfig & { CgroupnsMode?: 'private' | 'host' };

/**
 * All system calls but those on keys. Keys are counted per user of the host, which is one for all nodes, and are not part
 * of a node's memory: one node could take them all, and then no other could start. ENOSYS is what runc takes for a
 * kernel without keys, and does without: https://github.com/opencontainers/runc/blob/v1.1.15/libcontainer/standard_init_linux.go
 */
const withoutKeys = JSON.stringify({
	defaultAction: 'SCMP_ACT_ALLOW',
	archMap: [
		{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
		{ architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
	],
	// 38 is ENOSYS.
	syscalls: [{ names: ['add_key', 'keyctl', 'request_key'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }],
});

/**
 * A sysfs mounted by the engine. While a node sees one, the kernel lets it mount a writable one of its own, and the entry
 * drops this one at once. Not a bind of the host's /sys: what is mounted below that, the cgroups of all other nodes above
 * all, would come with it, and an entry that the learner has changed would keep it.
 */
const visibleSysfs = (labels: Record<string, string>): Dockerode.MountSettings => ({
	Type: 'volume',
	Source: '',
	Target: '/run/hostsys',
	VolumeOptions: {
		NoCopy: true,
		Labels: labels,
		DriverConfig: { Name: 'local', Options: { type: 'sysfs', device: 'sysfs', o: 'nosuid,nodev,noexec' } },
	},
});

/**
 * The request that makes a node.
 *
 * In a user namespace all capabilities count in there alone. Docker's own seccomp and AppArmor profiles and the masked
 * paths are off because an engine needs mounts, namespaces and /proc/sys/net; what keeps the node in is the user namespace. Without one, the node
 * gets what the engine can grant, and the page says so.
 */
export function nodeContainer(spec: NodeSpec, facts: EngineFacts): Dockerode.ContainerCreateOptions {
	const { limits } = spec;
	const seccomp = facts.profile === 'unprivileged' && facts.seccomp ? withoutKeys : 'unconfined';
	const hostConfig: HostConfig = {
		CapAdd: ['ALL'],
		CapDrop: facts.dropCapabilities,
		SecurityOpt: [`seccomp=${seccomp}`, 'apparmor=unconfined', 'label=disable'],
		MaskedPaths: [],
		ReadonlyPaths: [],
		CgroupnsMode: 'private',
		Mounts: facts.profile === 'unprivileged' ? [visibleSysfs(spec.labels)] : [],
		Memory: limits.memoryBytes,
		MemorySwap: limits.memoryBytes,
		NanoCpus: Math.round(Math.min(limits.cpus, facts.cpus) * 1e9),
		PidsLimit: limits.pids,
		NetworkMode: spec.networkId,
		// Before each start of an image dockerd asks docker.io, which is out of reach: refused at once instead of 20 s later.
		ExtraHosts: ['registry-1.docker.io:127.0.0.1', 'auth.docker.io:127.0.0.1', 'index.docker.io:127.0.0.1'],
		DnsOptions: ['timeout:1', 'attempts:1'],
		LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
	};
	return {
		name: spec.name,
		Hostname: spec.hostname,
		Image: spec.image,
		Labels: spec.labels,
		// Docker's data must not lie on the container's own overlay file system.
		Volumes: { '/var/lib/docker': {} },
		StopTimeout: 5,
		HostConfig: hostConfig,
		NetworkingConfig: {
			EndpointsConfig: {
				[spec.networkId]: { Aliases: [spec.hostname], IPAMConfig: { IPv4Address: spec.address } },
			},
		},
	};
}
