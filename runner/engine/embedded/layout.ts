// Layout: where an embedded engine keeps its things, from the directories of its instance.
import type { EngineConfig } from '../open-engine.ts';

export interface EngineLayout {
	instance: string;
	/** Network namespace and its file. */
	namespace: string;
	namespaceFile: string;
	/** Names of the link into it: at most 15 characters each. */
	hostLink: string;
	engineLink: string;
	dataRoot: string;
	execRoot: string;
	socket: string;
	containerdRoot: string;
	containerdState: string;
	containerdSocket: string;
	containerdConfig: string;
	dockerdConfig: string;
	dockerdPid: string;
	resolvConf: string;
	logs: string;
	/** What runs: process IDs, version, configuration. Says whether a start can adopt it. */
	record: string;
	/** Everything made outside of `state` and `run`. */
	ledger: string;
	state: string;
	run: string;
}

export function engineLayout(config: Pick<EngineConfig, 'instance' | 'directories'>): EngineLayout {
	const { instance } = config;
	const { state, run } = config.directories;
	return {
		instance,
		namespace: `shoal-${instance}`,
		namespaceFile: `/run/netns/shoal-${instance}`,
		hostLink: `shoal-${instance}`,
		engineLink: 'uplink',
		dataRoot: `${state}/engine/docker`,
		execRoot: `${run}/docker`,
		socket: `${run}/docker.sock`,
		containerdRoot: `${state}/engine/containerd`,
		containerdState: `${run}/containerd`,
		containerdSocket: `${run}/containerd.sock`,
		containerdConfig: `${state}/engine/containerd.toml`,
		dockerdConfig: `${state}/engine/dockerd.json`,
		dockerdPid: `${run}/dockerd.pid`,
		resolvConf: `${state}/engine/resolv.conf`,
		logs: `${state}/logs`,
		record: `${state}/engine/running.json`,
		ledger: '/var/lib/shoal/host.json',
		state,
		run,
	};
}
