// What a node's gossip says, read from answers that a real engine gave in the middle of a port change.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readPeers, readTable, readVerbose, unknownOwners } from '#runner/mesh/gossip.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
const peers = readPeers(fixture('peers'));

describe('the table of the ingress network', () => {
	const endpoints = readTable(fixture('table-ingress'), peers);
	const task = (name: string) => endpoints.filter((endpoint) => endpoint.task.startsWith(`${name}.`));

	test('has every task once, on the node where it is', () => {
		expect(endpoints.map(({ task: name, host }) => `${name.slice(0, 5)} ${host}`).sort()).toMatchInlineSnapshot(`
			[
			  "web.1 10.213.0.2",
			  "web.2 10.213.0.4",
			  "web.3 10.213.0.3",
			  "web.3 10.213.0.4",
			]
		`);
	});

	test('says the protocol of each port, and keeps the ports of old tasks apart from those of new ones', () => {
		const ports = endpoints.map((endpoint) =>
			endpoint.ports.map((port) => `${port.published}->${port.target}/${port.protocol}`).join(' '),
		);
		expect([...new Set(ports)].sort()).toEqual(['8888->8080/tcp', '8888->8080/tcp 9000->9000/udp']);
	});

	test('says which task Swarm is about to stop', () => {
		expect(endpoints.filter((endpoint) => endpoint.disabled).map((endpoint) => endpoint.task.slice(0, 5))).toEqual([
			'web.3',
		]);
		expect(task('web.3')).toHaveLength(2);
	});
});

describe('the table of an overlay network', () => {
	const endpoints = readTable(fixture('table-app'), peers);

	test('has no virtual IP for a service with endpoint mode dnsrr', () => {
		expect(endpoints.filter((endpoint) => endpoint.task.startsWith('dns.')).map((endpoint) => endpoint.vip)).toEqual([
			undefined,
			undefined,
		]);
	});

	test('has containers that were attached by hand, without a service', () => {
		const [loose] = endpoints.filter((endpoint) => endpoint.task === 'loose');
		expect(loose).toMatchObject({ service: undefined, vip: undefined, ports: [] });
	});

	test('is empty for a network that the node does not know', () => {
		expect(readTable(fixture('table-none'), peers)).toEqual([]);
	});
});

test('gossip names that are not known yet leave the host open', () => {
	const body = fixture('table-app');
	expect(unknownOwners(body, peers)).toEqual([]);
	expect(unknownOwners(body, new Map()).sort()).toEqual([...peers.keys()].sort());
	expect(readTable(body, new Map()).every((endpoint) => endpoint.host === undefined)).toBe(true);
});

test('an engine that is in no swarm is told from an empty table', () => {
	const answer = JSON.stringify({ message: 'not implemented', details: { Usage: 'URL path: /gettable' } });
	expect(() => readTable(answer, peers)).toThrowErrorMatchingInlineSnapshot(
		`[TypeError: the engine's gossip says "not implemented"]`,
	);
});

test('a cut record is an error, not a wrong endpoint', () => {
	const body = JSON.stringify({ message: 'OK', details: { entries: [{ key: 'a', owner: 'b', value: 'Cgl3ZWI=' }] } });
	expect(() => readTable(body, peers)).toThrowErrorMatchingInlineSnapshot(
		`[RangeError: a record ends in the middle of a text]`,
	);
});

test('network inspect --verbose gives the same tasks, without protocols', () => {
	const services = JSON.parse(fixture('verbose-ingress')).Services;
	const verbose = readVerbose(services);
	const gossip = readTable(fixture('table-ingress'), peers);
	expect(verbose.map(({ id, address, host, task }) => ({ id, address, host, task }))).toEqual(
		gossip.map(({ id, address, host, task }) => ({ id, address, host, task })),
	);
	expect(new Set(verbose.flatMap((endpoint) => endpoint.ports.map((port) => port.protocol)))).toEqual(
		new Set(['tcp', 'udp']),
	);
});
