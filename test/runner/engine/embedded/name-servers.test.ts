// Name servers: those that the engine can reach from its own network.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameServers } from '#runner/engine/embedded/name-servers.ts';

let root: string;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'shoal-names-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = async (path: string, text: string) => {
	await mkdir(dirname(join(root, path)), { recursive: true });
	await writeFile(join(root, path), text);
};
const ask = () => nameServers(join(root, 'etc'), join(root, 'run'));

test('a plain resolv.conf', async () => {
	await write(
		'etc/resolv.conf',
		'# by hand\nsearch school.example\nnameserver 10.1.0.1\nnameserver fd00::1\nnameserver 9.9.9.9\n',
	);
	expect(await ask()).toEqual({ loopback: [], reachable: ['10.1.0.1', '9.9.9.9'] });
});

test('systemd-resolved: the servers behind the stub', async () => {
	await write('etc/resolv.conf', 'nameserver 127.0.0.53\noptions edns0\n');
	await write('run/systemd/resolve/resolv.conf', 'nameserver 192.168.1.1\n');
	expect(await ask()).toEqual({ loopback: ['127.0.0.53'], reachable: ['192.168.1.1'] });
});

test('a stub with nothing behind it that can be seen', async () => {
	await write('etc/resolv.conf', 'nameserver 127.0.0.1\n');
	expect(await ask()).toEqual({ loopback: ['127.0.0.1'], reachable: [] });
});

test('no file at all', async () => {
	expect(await ask()).toEqual({ loopback: [], reachable: [] });
});
