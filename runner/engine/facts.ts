// Facts: what Docker's own answers say about an engine. The reading is pure; asking is in docker-engine.ts.
import type { EngineFacts } from './engine.ts';

/** The parts of `GET /info` that count here. Field names are Docker's. */
export interface DockerInfo {
	ServerVersion: string;
	OperatingSystem: string;
	OSType: string;
	Architecture: string;
	KernelVersion?: string;
	NCPU: number;
	MemTotal: number;
	CgroupDriver: string;
	/** Missing before 20.10: then it is 1. */
	CgroupVersion?: string;
	/** `['name=seccomp,profile=default', 'name=userns']` */
	SecurityOptions: string[] | null;
	DockerRootDir: string;
}

/** The parts of `GET /version` that count here. */
export interface DockerVersion {
	ApiVersion: string;
}

/** What only a try can tell: whether a container with a set of capabilities starts, and which user its root is. */
export interface Probed {
	dropCapabilities: string[];
	remappedUid?: number;
}

/** Whether containers get a user namespace: from `--userns-remap`, or because the whole engine runs in one. */
export function userNamespaces(info: DockerInfo): 'remap' | 'rootless' | 'none' {
	const names = securityNames(info);
	if (names.includes('rootless')) return 'rootless';
	return names.includes('userns') ? 'remap' : 'none';
}

/** `seccomp`, `apparmor`, `userns`, ... */
export function securityNames(info: DockerInfo): string[] {
	return (info.SecurityOptions ?? []).map((option) => /(?:^|,)name=([^,]+)/.exec(option)?.[1] ?? option);
}

/** With user namespaces the data root's last folder is `<uid>.<gid>` of root in a container. */
export function remappedUidOf(info: DockerInfo): number | undefined {
	const match = /\/(\d+)\.\d+\/?$/.exec(info.DockerRootDir);
	return match && userNamespaces(info) === 'remap' ? Number(match[1]) : undefined;
}

/** Host user ID of the namespace's root, from the text of /proc/self/uid_map; `undefined` without a user namespace. */
export function uidFromMap(map: string): number | undefined {
	const [inside, outside, count] = (map.trim().split('\n')[0] ?? '').trim().split(/\s+/).map(Number);
	if (inside !== 0 || outside === undefined || count === undefined || count >= 4_294_967_295) return undefined;
	return outside;
}

/** The facts, from what the engine says and what was tried on it. */
export function readFacts(
	info: DockerInfo,
	version: DockerVersion,
	kind: EngineFacts['kind'],
	probed: Probed,
): EngineFacts {
	const remappedUid = probed.remappedUid ?? remappedUidOf(info);
	return {
		version: info.ServerVersion,
		apiVersion: version.ApiVersion,
		kind,
		os: info.OperatingSystem,
		architecture: goArchitecture(info.Architecture),
		cpus: info.NCPU,
		memoryBytes: info.MemTotal,
		remappedUid,
		cgroup: info.CgroupVersion === '2' ? 2 : 1,
		cgroupDriver: info.CgroupDriver,
		seccomp: securityNames(info).includes('seccomp'),
		profile: userNamespaces(info) === 'none' ? 'capabilities' : 'unprivileged',
		dropCapabilities: probed.dropCapabilities,
	};
}

/** Docker's image platforms use Go's names; `docker info` uses the kernel's. */
function goArchitecture(machine: string): string {
	const names: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm', i686: '386' };
	return names[machine] ?? machine;
}
