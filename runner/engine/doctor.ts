// Doctor: facts about the engine and the machine in words: what is, what it means for learners, how to mend it.
import type { EngineFacts } from './engine.ts';
import { runningEngine } from './find-engine.ts';
import { type HostFacts, readHostFacts } from './host-facts.ts';
import type { EngineConfig } from './open-engine.ts';

/** One thing looked at. `fail`: Shoal cannot work. `warn`: it works, with something missing. */
export interface Finding {
	name: string;
	state: 'ok' | 'warn' | 'fail';
	finding: string;
	meaning: string;
	remedy?: string;
}

/** What an idle sandbox of three nodes takes, measured: three times dockerd (62 MB) and containerd (24 MB), and room for services. */
const sandboxBytes = 420 * 1024 * 1024;
const leastMemoryBytes = 2 * 1024 ** 3;
const leastDiskBytes = 4 * 1024 ** 3;
const goodDiskBytes = 15 * 1024 ** 3;

/** Looks at the machine and at the engine, if one answers. Starts and changes nothing. */
export async function examine(config: EngineConfig): Promise<Finding[]> {
	const host = await readHostFacts(config.directories.state);
	const engine = await runningEngine(config);
	try {
		const facts = await engine?.facts();
		return findings(config.engine, host, facts);
	} finally {
		await engine?.close();
	}
}

/** The judgement, from facts alone. */
export function findings(wanted: EngineConfig['engine'], host: HostFacts, engine: EngineFacts | undefined): Finding[] {
	const embedded = wanted.kind === 'embedded';
	return [
		embedded ? embeddedEngine(host, engine) : givenEngine(wanted.dockerHost, host, engine),
		...(engine ? [isolation(engine, embedded), controlGroups(engine), loadBalancing(engine)] : []),
		...(embedded && !engine ? [packages(host)] : []),
		...(embedded ? [userNamespaces(host)] : []),
		memory(engine?.memoryBytes ?? host.memoryBytes),
		...(embedded ? [disk(host), kernelSettings(host, engine !== undefined)] : []),
		emulation(host),
	];
}

function embeddedEngine(host: HostFacts, engine: EngineFacts | undefined): Finding {
	const name = 'Engine';
	if (engine) {
		const finding = `Shoal's own Docker Engine ${engine.version} runs, on ${engine.os}.`;
		return { name, state: 'ok', finding, meaning: 'Sandboxes can be made.' };
	}
	if (host.platform === 'linux' && host.isRoot) {
		const finding = "Shoal's own Docker Engine does not run.";
		return { name, state: 'ok', finding, meaning: 'It is started with "npm start".' };
	}
	return {
		name,
		state: 'fail',
		finding: host.platform === 'linux' ? 'Shoal does not run as root.' : `This is ${host.platform}, not Linux.`,
		meaning: 'Shoal cannot start an engine of its own here.',
		remedy: 'Start Shoal as root on Linux, or start a Docker Engine and set SHOAL_ENGINE=given.',
	};
}

function givenEngine(address: string | undefined, host: HostFacts, engine: EngineFacts | undefined): Finding {
	const name = 'Engine';
	if (engine) {
		const finding = `Docker Engine ${engine.version} answers, on ${engine.os}.`;
		return { name, state: 'ok', finding, meaning: 'Sandboxes can be made on it, beside what else it runs.' };
	}
	const install = host.hasApt ? 'Install one with "apt-get install docker.io"' : 'Install Docker';
	return {
		name,
		state: 'fail',
		finding: `No Docker Engine answers at ${address ?? '/var/run/docker.sock'}.`,
		meaning: 'There is nothing to make sandboxes on.',
		remedy: `${install}, name another with DOCKER_HOST, or start Shoal as root on Linux to let it bring its own.`,
	};
}

function isolation(engine: EngineFacts, embedded: boolean): Finding {
	const name = 'Isolation';
	if (engine.profile === 'unprivileged') {
		const who = engine.remappedUid === undefined ? 'an ordinary user' : `user ${engine.remappedUid}`;
		return {
			name,
			state: 'ok',
			finding: `Nodes run in a user namespace: root in a node is ${who} on the host.`,
			meaning: 'Learners have all rights inside their nodes and none outside. Fit for classes and strangers.',
		};
	}
	const dropped = engine.dropCapabilities.length > 0 ? `, but for ${engine.dropCapabilities.join(', ')}` : '';
	return {
		name,
		state: 'warn',
		finding: `The engine has no user namespaces: nodes get its capabilities${dropped}, and root in a node is root on the host.`,
		meaning: 'Fine on your own laptop. Do not let strangers in.',
		remedy: embedded
			? 'Run "npm run down", then "npm start".'
			: 'Start Shoal as root on Linux with SHOAL_ENGINE=embedded, or run this engine with "userns-remap".',
	};
}

function controlGroups(engine: EngineFacts): Finding {
	const self = engine.cgroup === 2 && engine.cgroupDriver === 'systemd';
	const how = self ? 'the engine hands each node its own' : 'Shoal hands each node its own';
	return {
		name: 'Control groups',
		state: 'ok',
		finding: `cgroup v${engine.cgroup} with the ${engine.cgroupDriver} driver.`,
		meaning: `Limits on memory, CPU and processes hold, also those that learners set; ${engine.remappedUid === undefined ? 'nodes are root and take their own' : how}.`,
	};
}

/** Each node is asked again when it starts: see `balancerOf` in the mesh. */
function loadBalancing(engine: EngineFacts): Finding {
	const name = 'Load balancing';
	const meaning = 'Round robin over virtual IPs and published ports works as Docker promises it.';
	if (engine.profile === 'unprivileged') {
		const finding = "Shoal's mesh is in use: IPVS, Docker's own balancer, takes no orders from a user namespace.";
		return { name, state: 'ok', finding, meaning };
	}
	const finding =
		"Docker's IPVS where it obeys the node, Shoal's mesh where it does not; each node is tried when it starts.";
	return { name, state: 'ok', finding, meaning };
}

function packages(host: HostFacts): Finding {
	const name = 'Packages';
	if (host.missingPackages.length === 0) {
		return { name, state: 'ok', finding: 'Everything the engine needs is installed.', meaning: 'Nothing to do.' };
	}
	const list = host.missingPackages.join(', ');
	if (host.hasApt && host.isRoot) {
		return {
			name,
			state: 'ok',
			finding: `Not installed yet: ${list}.`,
			meaning: '"npm start" installs them from Debian.',
		};
	}
	return {
		name,
		state: 'fail',
		finding: `Not installed: ${list}.`,
		meaning: "Shoal's own engine cannot start, and may not install them here.",
		remedy: `Install ${list} with this system's package manager.`,
	};
}

function userNamespaces(host: HostFacts): Finding {
	const name = 'User namespaces';
	if (host.maxUserNamespaces === 0) {
		return {
			name,
			state: 'fail',
			finding: 'The kernel allows no user namespaces.',
			meaning: 'Unprivileged nodes are impossible.',
			remedy: 'Allow them: sysctl -w user.max_user_namespaces=15000',
		};
	}
	const count = host.maxUserNamespaces === undefined ? '' : ` (up to ${host.maxUserNamespaces})`;
	return { name, state: 'ok', finding: `The kernel allows them${count}.`, meaning: 'Nodes can be unprivileged.' };
}

function memory(bytes: number): Finding {
	const name = 'Memory';
	const sandboxes = Math.max(0, Math.floor((bytes * 0.8) / sandboxBytes));
	const finding = `${gibibytes(bytes)} GiB.`;
	if (bytes >= leastMemoryBytes) {
		return { name, state: 'ok', finding, meaning: `Room for about ${sandboxes} sandboxes of three nodes.` };
	}
	return {
		name,
		state: 'warn',
		finding,
		meaning: `Room for about ${sandboxes} sandboxes of three nodes; building images may run out of it.`,
		remedy: 'Use a machine with 4 GiB or more.',
	};
}

function disk(host: HostFacts): Finding {
	const name = 'Disk';
	const finding = `${gibibytes(host.freeDiskBytes)} GiB free.`;
	if (host.freeDiskBytes >= goodDiskBytes) {
		return { name, state: 'ok', finding, meaning: 'Enough for images and sandboxes.' };
	}
	const none = host.freeDiskBytes < leastDiskBytes;
	return {
		name,
		state: none ? 'fail' : 'warn',
		finding,
		meaning: none ? 'The images of nodes and lessons do not fit.' : 'Enough to begin; many sandboxes may fill it.',
		remedy: 'Free some space, or set SHOAL_STATE_DIR to a folder on a larger disk.',
	};
}

function kernelSettings(host: HostFacts, engineRuns: boolean): Finding {
	const name = 'Kernel settings';
	const low = Object.entries(host.lowSettings);
	if (low.length === 0) {
		return { name, state: 'ok', finding: 'High enough for many nodes.', meaning: 'Nothing to do.' };
	}
	const list = low.map(([setting, value]) => `${setting} = ${value}`).join(', ');
	if (!engineRuns && host.isRoot) {
		return {
			name,
			state: 'ok',
			finding: `Low now: ${list}.`,
			meaning: '"npm start" raises them while its engine runs, and puts them back afterwards.',
		};
	}
	return {
		name,
		state: 'warn',
		finding: `Low, and not to be raised from here: ${list}.`,
		meaning: 'With many sandboxes, new nodes may fail to start.',
		remedy: 'Raise them on the host that this machine runs on.',
	};
}

function emulation(host: HostFacts): Finding {
	const name = 'Emulation';
	const [major = 0, minor = 0] = host.kernel.split('.').map(Number);
	const own = major > 6 || (major === 6 && minor >= 7);
	return own
		? {
				name,
				state: 'ok',
				finding: `Kernel ${host.kernel} keeps emulators per user namespace.`,
				meaning: 'Learners can build and run images of other architectures in their own nodes.',
			}
		: {
				name,
				state: 'warn',
				finding: `Kernel ${host.kernel} has one list of emulators for the whole host (own ones come with 6.7).`,
				meaning: 'In lessons on other architectures, images can be built but may not run.',
				remedy: 'Use a newer kernel: Debian 13 has 6.12, Ubuntu 24.04 has 6.8.',
			};
}

function gibibytes(bytes: number): string {
	return (bytes / 1024 ** 3).toFixed(1);
}
