// Cgroup delegation: gives a node its own control group, so that the engine inside can make groups for its containers.
//
// Only what the kernel calls delegation is handed over: the directory and the files that move processes. The files with
// the node's limits stay root's, so that a learner cannot raise them.
import { chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One line of /proc/PID/cgroup. The unified hierarchy (v2) has no controllers and ID 0. */
export interface Membership {
	hierarchy: number;
	/** `['cpu', 'cpuacct']`, `['name=systemd']`, or none on v2. */
	controllers: string[];
	path: string;
}

/** Files to hand over on v1, as the kernel's cgroup-v1/cgroups.rst names them. */
const filesOfV1 = ['cgroup.procs', 'tasks', 'cgroup.clone_children'];
/** Files to hand over on v2 where /sys/kernel/cgroup/delegate cannot be read (kernels before 4.15). */
const filesOfV2 = ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'];

/** The lines of /proc/PID/cgroup. */
export function parseMembership(text: string): Membership[] {
	return text.split('\n').flatMap((line) => {
		const match = /^(\d+):([^:]*):(\/.*)$/.exec(line);
		if (!match) return [];
		const controllers = (match[2] ?? '').split(',').filter(Boolean);
		return [{ hierarchy: Number(match[1]), controllers, path: match[3] ?? '/' }];
	});
}

/**
 * Paths to hand over, below the cgroup mount. Empty where runc has done it already: cgroup v2 with the systemd driver.
 * The root group is never among them: a container without a group of its own must not get the host's.
 */
export function delegationPaths(
	membership: Membership[],
	host: { cgroup: 1 | 2; driver: string; v2Files: string[] },
): string[] {
	if (host.cgroup === 2 && host.driver === 'systemd') return [];
	return (
		membership
			// `..` is how the kernel writes a group outside of the reader's own namespace.
			.filter(({ path }) => path !== '/' && !path.split('/').includes('..'))
			.flatMap(({ controllers, path }) => {
				const unified = controllers.length === 0;
				// Mounted by the name of the controllers; beside v1, the unified hierarchy is at `unified`.
				const mount = unified ? (host.cgroup === 2 ? '' : 'unified') : controllers.join(',').replace(/^name=/, '');
				const directory = join(mount, path).replace(/^\//, '');
				const files = unified ? host.v2Files : filesOfV1;
				return [directory, ...files.map((file) => join(directory, file))];
			})
	);
}

export interface DelegationHost {
	cgroup: 1 | 2;
	driver: string;
	/** `/sys/fs/cgroup`, or a tree of a test. */
	root: string;
	/** `/sys/kernel/cgroup/delegate` */
	delegateFile: string;
	/** Of root in the node. */
	uid: number;
}

/** Hands over the groups that /proc/PID/cgroup names. Returns what was handed over; paths that this kernel lacks are left out. */
export async function delegate(procCgroup: string, host: DelegationHost): Promise<string[]> {
	const paths = delegationPaths(parseMembership(procCgroup), { ...host, v2Files: await v2Files(host.delegateFile) });
	const given = await Promise.all(
		paths.map(async (path) => {
			try {
				await chown(join(host.root, path), host.uid, host.uid);
				return [path];
			} catch (error) {
				const code = (error as NodeJS.ErrnoException).code;
				// cgroup v1 file systems differ in files, and co-mounted controllers in directory names.
				if (code === 'ENOENT') return [];
				throw error;
			}
		}),
	);
	return given.flat();
}

async function v2Files(delegateFile: string): Promise<string[]> {
	const text = await readFile(delegateFile, 'utf8').catch(() => '');
	const files = text.split('\n').filter(Boolean);
	return files.length > 0 ? files : filesOfV2;
}

/**
 * The same as a shell script, for an engine whose host the runner cannot reach into: run by a container of the host's
 * own user, process and cgroup namespaces, with the host's cgroups mounted at `root`.
 */
export function delegationScript(pid: number, uid: number, root: string): string {
	return [
		`cd ${root} || exit 1`,
		'while IFS=: read -r id list path; do',
		'	[ "$path" = / ] && continue',
		`	directory="\${list#name=}$path" files='${filesOfV1.join(' ')}'`,
		'	if [ -z "$list" ]; then',
		`		directory=".$path" files='${filesOfV2.join(' ')}'`,
		'		[ -e cgroup.controllers ] || directory="unified$path"',
		'	fi',
		'	for file in . $files; do',
		`		[ ! -e "$directory/$file" ] || chown ${uid}:${uid} "$directory/$file" || exit 1`,
		'	done',
		`done </proc/${pid}/cgroup`,
	].join('\n');
}
