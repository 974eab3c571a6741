// Cgroup delegation: gives a node its own control group, so that the engine inside can make groups for its containers.
//
// Only what the kernel calls delegation is handed over: the directory and the files that move processes. The files with
// the node's limits stay root's, so that a learner cannot raise them.
import { chmod, chown, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

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

/**
 * What to ask an engine for as the parent of all nodes of an instance: a group that is ours alone, so that it can be closed.
 * systemd reads a dash as one more level.
 */
export function nodeGroup(instance: string, driver: string): string {
	return driver === 'systemd' ? `shoal-${instance.replaceAll('-', '_')}.slice` : `/shoal-${instance}`;
}

/**
 * Where the embedded engine's cgroupfs driver puts everything that is no node, such as the containers that build images:
 * those look at their own group by its path on the host, and the nodes' is closed. No instance can have this group's name.
 */
export const buildGroup = 'shoal.build';

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

/**
 * Hands over the groups that /proc/PID/cgroup names. Returns what was handed over; paths that this kernel lacks are left out.
 *
 * The group above, which holds all nodes and nothing else, is closed to all but root: every node's root is the same user of
 * the host, so a node that ever got to see the host's cgroups would own those of all others.
 */
export async function delegate(procCgroup: string, host: DelegationHost): Promise<string[]> {
	const membership = parseMembership(procCgroup);
	const paths = delegationPaths(membership, { ...host, v2Files: await v2Files(host.delegateFile) });
	await Promise.all(
		parentDirectories(membership, host.cgroup).map((directory) =>
			chmod(join(host.root, directory), 0o700).catch(unlessMissing),
		),
	);
	const given = await Promise.all(
		paths.map(async (path) => {
			try {
				await chown(join(host.root, path), host.uid, host.uid);
				return [path];
			} catch (error) {
				unlessMissing(error);
				return [];
			}
		}),
	);
	return given.flat();
}

/** cgroup v1 file systems differ in files, and co-mounted controllers in directory names. */
function unlessMissing(error: unknown): void {
	if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** The groups that hold the node's, below the cgroup mount. Only our own: others hold services of the host. */
function parentDirectories(membership: Membership[], cgroup: 1 | 2): string[] {
	return membership
		.map((each) => ({ ...each, path: dirname(each.path) }))
		.filter(({ path }) => basename(path).startsWith('shoal-'))
		.map((each) => directoryOf(each, cgroup));
}

/** Where a group is, below the cgroup mount. */
function directoryOf({ controllers, path }: Membership, cgroup: 1 | 2): string {
	// Mounted by the name of the controllers; beside v1, the unified hierarchy is at `unified`.
	const unified = cgroup === 2 ? '' : 'unified';
	return join(controllers.length === 0 ? unified : controllers.join(',').replace(/^name=/, ''), path);
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
export function delegationScript(pid: number, uid: number, root: string, driver: string): string {
	return [
		`cd ${root} || exit 1`,
		'while IFS=: read -r id list path; do',
		'	[ "$path" = / ] && continue',
		`	directory="\${list#name=}$path" files='${filesOfV1.join(' ')}'`,
		'	if [ -z "$list" ]; then',
		`		directory=".$path" files='${filesOfV2.join(' ')}'`,
		'		[ -e cgroup.controllers ] || directory="unified$path"',
		'	fi',
		`	parent=\${path%/*}`,
		`	case \${parent##*/} in shoal-*) chmod 700 "\${directory%/*}" || exit 1 ;; esac`,
		...(driver === 'systemd' ? ['	[ ! -e cgroup.controllers ] || continue'] : []),
		'	for file in . $files; do',
		`		[ ! -e "$directory/$file" ] || chown ${uid}:${uid} "$directory/$file" || exit 1`,
		'	done',
		`done </proc/${pid}/cgroup`,
	].join('\n');
}
