// Daemon configuration: the files that the embedded engine's dockerd and containerd read. Works with 20.10 to 29.
import type { EngineLayout } from './layout.ts';
import { remapUser } from './subordinate-ids.ts';

export interface DaemonChoices {
	/** Name servers for containers of builds; empty lets dockerd read the host's. */
	nameServers: string[];
	cgroupDriver: 'systemd' | 'cgroupfs';
	/** Bytes per packet of the uplink: containers of builds talk through it. */
	mtu: number;
}

/** dockerd's configuration file. */
export function dockerdConfig(layout: EngineLayout, choices: DaemonChoices): string {
	const config = {
		'data-root': layout.dataRoot,
		'exec-root': layout.execRoot,
		pidfile: layout.dockerdPid,
		hosts: [`unix://${layout.socket}`],
		containerd: layout.containerdSocket,
		// Root in a container is nobody on the host: nodes get all capabilities, and they count in there alone.
		'userns-remap': remapUser,
		// Nodes live on when dockerd is restarted or killed.
		'live-restore': true,
		// With the containerd image store an engine refuses or ignores user namespaces in some versions.
		features: { 'containerd-snapshotter': false },
		'exec-opts': [`native.cgroupdriver=${choices.cgroupDriver}`],
		// systemd wants a slice here, and its default is fine; with cgroupfs an own parent is what `down` removes.
		...(choices.cgroupDriver === 'cgroupfs' ? { 'cgroup-parent': `/shoal-${layout.instance}` } : {}),
		// Addresses of the engine's own networks (builds). They exist in its namespace alone.
		bip: '10.215.255.1/24',
		mtu: choices.mtu,
		'default-address-pools': [{ base: '10.215.0.0/17', size: 26 }],
		...(choices.nameServers.length > 0 ? { dns: choices.nameServers } : {}),
		'log-driver': 'local',
		// The driver compresses by default, and refuses every container when there is but one file.
		'log-opts': { 'max-size': '2m', 'max-file': '1', compress: 'false' },
		'log-level': 'warn',
		'shutdown-timeout': 5,
		// The socket is root on the host: for root alone.
		group: 'root',
	};
	return `${JSON.stringify(config, null, '\t')}\n`;
}

/** containerd's configuration file. */
export function containerdConfig(layout: EngineLayout): string {
	return [
		'version = 2',
		`root = "${layout.containerdRoot}"`,
		`state = "${layout.containerdState}"`,
		'oom_score = 0',
		'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
		'[grpc]',
		`  address = "${layout.containerdSocket}"`,
		'[debug]',
		'  level = "warn"',
		'',
	].join('\n');
}
