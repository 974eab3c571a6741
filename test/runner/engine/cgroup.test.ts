// Cgroup delegation: which files a node is given, on every kind of host. The paths are the ones real hosts have.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { delegate, delegationPaths, delegationScript, parseMembership } from '#runner/engine/cgroup.ts';

const version1 = [
	'11:memory:/shoal-dev/4f1a',
	'10:cpu,cpuacct:/shoal-dev/4f1a',
	'2:name=systemd:/shoal-dev/4f1a',
	'0::/shoal-dev/4f1a',
	'',
].join('\n');
const version2 = '0::/docker/4f1a\n';
const delegated = ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'];

describe('what is handed over', () => {
	test('on cgroup v1: of each hierarchy the directory and the files that move processes, no limits', () => {
		const host = { cgroup: 1 as const, driver: 'cgroupfs', v2Files: delegated };
		expect(delegationPaths(parseMembership(version1), host)).toEqual([
			'memory/shoal-dev/4f1a',
			'memory/shoal-dev/4f1a/cgroup.procs',
			'memory/shoal-dev/4f1a/tasks',
			'memory/shoal-dev/4f1a/cgroup.clone_children',
			'cpu,cpuacct/shoal-dev/4f1a',
			'cpu,cpuacct/shoal-dev/4f1a/cgroup.procs',
			'cpu,cpuacct/shoal-dev/4f1a/tasks',
			'cpu,cpuacct/shoal-dev/4f1a/cgroup.clone_children',
			'systemd/shoal-dev/4f1a',
			'systemd/shoal-dev/4f1a/cgroup.procs',
			'systemd/shoal-dev/4f1a/tasks',
			'systemd/shoal-dev/4f1a/cgroup.clone_children',
			'unified/shoal-dev/4f1a',
			'unified/shoal-dev/4f1a/cgroup.procs',
			'unified/shoal-dev/4f1a/cgroup.threads',
			'unified/shoal-dev/4f1a/cgroup.subtree_control',
		]);
	});

	test('on cgroup v2 with the cgroupfs driver: the directory and the files the kernel names', () => {
		const host = { cgroup: 2 as const, driver: 'cgroupfs', v2Files: [...delegated, 'memory.oom.group'] };
		expect(delegationPaths(parseMembership(version2), host)).toEqual([
			'docker/4f1a',
			'docker/4f1a/cgroup.procs',
			'docker/4f1a/cgroup.threads',
			'docker/4f1a/cgroup.subtree_control',
			'docker/4f1a/memory.oom.group',
		]);
	});

	test('on cgroup v2 with the systemd driver: nothing, because runc has done it', () => {
		const host = { cgroup: 2 as const, driver: 'systemd', v2Files: delegated };
		expect(delegationPaths(parseMembership('0::/system.slice/docker-4f1a.scope\n'), host)).toEqual([]);
	});

	test('never the root group of the host, nor one outside of what the runner sees', () => {
		const host = { cgroup: 1 as const, driver: 'cgroupfs', v2Files: delegated };
		expect(delegationPaths(parseMembership('4:pids:/\n0::/\n3:memory:/../other\n'), host)).toEqual([]);
	});

	test('a line that is no membership is passed over', () => {
		expect(parseMembership('\nnonsense\n3:cpuset\n')).toEqual([]);
	});
});

describe.runIf(process.getuid?.() === 0)('on a tree of files', () => {
	const uid = 54_321;
	let root: string;

	beforeEach(async () => {
		root = await mkdtemp(join(tmpdir(), 'shoal-cgroup-'));
	});
	afterEach(() => rm(root, { recursive: true, force: true }));

	const make = async (...paths: string[]) => {
		for (const path of paths) {
			await mkdir(join(root, dirname(path)), { recursive: true });
			await writeFile(join(root, path), '');
		}
	};
	/** Paths that belong to the node now. */
	const given = async (): Promise<string[]> => {
		const all = await readdir(root, { recursive: true });
		const owners = await Promise.all(
			all.map(async (path) => ((await stat(join(root, path))).uid === uid ? [path] : [])),
		);
		return owners.flat().sort();
	};

	test('the limits stay with the host on v1', async () => {
		await make('memory/docker/a/cgroup.procs', 'memory/docker/a/tasks', 'memory/docker/a/memory.limit_in_bytes');
		await make('memory/docker/b/cgroup.procs');
		const host = { cgroup: 1 as const, driver: 'cgroupfs', root, delegateFile: '/nowhere', uid };
		await delegate('3:memory:/docker/a\n2:pids:/docker/a\n', host);
		expect(await given()).toEqual(['memory/docker/a', 'memory/docker/a/cgroup.procs', 'memory/docker/a/tasks']);
	});

	test('v2 follows the kernel’s own list', async () => {
		await make('docker/a/cgroup.procs', 'docker/a/memory.max', 'docker/a/memory.reclaim', 'delegate');
		await writeFile(join(root, 'delegate'), 'cgroup.procs\nmemory.reclaim\n');
		const host = { cgroup: 2 as const, driver: 'cgroupfs', root, delegateFile: join(root, 'delegate'), uid };
		expect(await delegate('0::/docker/a\n', host)).toEqual([
			'docker/a',
			'docker/a/cgroup.procs',
			'docker/a/memory.reclaim',
		]);
		expect(await given()).toEqual(['docker/a', 'docker/a/cgroup.procs', 'docker/a/memory.reclaim']);
	});

	test.each([
		[
			'v2',
			['docker/a/cgroup.procs', 'docker/a/cgroup.threads', 'docker/a/memory.max', 'cgroup.controllers'],
			'0::/docker/a\n',
		],
		[
			'v1',
			['pids/docker/a/tasks', 'pids/docker/a/pids.max', 'unified/docker/a/cgroup.procs'],
			'7:pids:/docker/a\n0::/docker/a\n',
		],
	] as const)('the script for helpers on %s does the same', async (version, files, membership) => {
		await make(...files);
		const cgroup = version === 'v2' ? 2 : 1;
		const direct = await delegate(membership, {
			cgroup,
			driver: 'cgroupfs',
			root,
			delegateFile: '/nowhere',
			uid: uid + 1,
		});
		await writeFile(join(root, 'membership'), membership);
		const script = delegationScript(77, uid, root).replace('/proc/77/cgroup', `${root}/membership`);
		const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
		expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
		expect(await given()).toEqual(direct.sort());
	});
});
