// The environment: defaults, and every mistake at once.
import { expect, test } from 'vitest';
import { formatConfigProblems, readConfig } from '#runner/config.ts';

const root = { isRoot: true, platform: 'linux', cpus: 2 } as const;
const user = { isRoot: false, platform: 'darwin', cpus: 8 } as const;

test('an empty environment gives the embedded engine on loopback to root on Linux', () => {
	const read = readConfig({}, root);
	expect(read).toMatchObject({
		ok: true,
		config: {
			instance: 'default',
			listen: { host: '127.0.0.1', port: 4400 },
			engine: { kind: 'embedded' },
			directories: { state: '/var/lib/shoal/default', run: '/run/shoal/default', cache: '/var/cache/shoal' },
			limits: { leaseMs: 7_200_000, node: { cpus: 2 } },
			onStop: 'remove',
		},
	});
});

test('anybody else gets the engine that is there', () => {
	expect(readConfig({}, user)).toMatchObject({ ok: true, config: { engine: { kind: 'given' } } });
});

test('an empty variable counts as unset', () => {
	expect(readConfig({ SHOAL_PORT: '', DOCKER_HOST: '' }, root)).toMatchObject({
		ok: true,
		config: { listen: { port: 4400 } },
	});
});

test('all mistakes are reported at once, each with what it should be', () => {
	const read = readConfig(
		{
			SHOAL_PORT: 'x',
			SHOAL_ENGINE: 'podman',
			SHOAL_LEASE_MINUTES: '0',
			SHOAL_SUBNETS: '10.0.0.0/30',
			SHOAL_COLOUR: 'red',
			SHOAL_PROT: '80',
		},
		root,
	);
	expect(read.ok).toBe(false);
	if (read.ok) return;
	expect(formatConfigProblems(read.problems)).toMatchInlineSnapshot(`
		"SHOAL_COLOUR: is not a setting of Shoal; "npm run shoal -- start --help" lists them
		SHOAL_PROT: is not a setting of Shoal; did you mean SHOAL_PORT?
		SHOAL_PORT: "x" cannot be used; it should be a port number
		SHOAL_ENGINE: "podman" cannot be used; it should be "embedded" or "given"
		SHOAL_SUBNETS: "10.0.0.0/30" cannot be used; it should be a network from /12 to /24, such as 10.213.0.0/16
		SHOAL_LEASE_MINUTES: "0" cannot be used; it should be a whole number from 1 to 10080"
	`);
});

test.each(['999.1.1.1/16', '10.0.0/16', '10.0.0.0', 'fd00::/12'])('%s is no network for sandboxes', (SHOAL_SUBNETS) => {
	expect(readConfig({ SHOAL_SUBNETS }, root)).toMatchObject({ ok: false, problems: [{ name: 'SHOAL_SUBNETS' }] });
});

test('directories follow the instance', () => {
	expect(readConfig({ SHOAL_INSTANCE: 'test' }, root)).toMatchObject({
		config: { directories: { state: '/var/lib/shoal/test', run: '/run/shoal/test' } },
	});
});

test('listening everywhere needs the address that learners type', () => {
	expect(readConfig({ SHOAL_HOST: '0.0.0.0' }, root)).toMatchObject({ ok: false, problems: [{ name: 'SHOAL_URL' }] });
	expect(readConfig({ SHOAL_HOST: '0.0.0.0', SHOAL_URL: 'http://lab.example:4400/' }, root)).toMatchObject({
		config: { publicUrl: 'http://lab.example:4400' },
	});
});
