// Values: what is filled in, what is left alone, and what is said when there is nothing to fill in.
import { expect, test } from 'vitest';
import { LabError } from '#contract/errors.ts';
import { fillCommand, fillValues, knownValues, valuesIn, valuesOf } from '#runner/lessons/values.ts';

const nodes = [
	{ name: 'manager1', address: '10.213.0.2' },
	{ name: 'worker1', address: '10.213.0.3' },
];
const tokens = { worker: 'SWMTKN-1-worker', manager: 'SWMTKN-1-manager' };
const lookup = valuesOf(nodes, tokens);

test('the command of the lesson', () => {
	expect(fillValues('docker swarm join --token {{swarm.workerToken}} {{manager1.ip}}:2377', lookup)).toBe(
		'docker swarm join --token SWMTKN-1-worker 10.213.0.2:2377',
	);
	expect(fillValues('{{ swarm.managerToken }}', lookup)).toBe('SWMTKN-1-manager');
});

test.each([
	"docker node ls --format '{{.Hostname}}'",
	"docker node inspect worker1 --format '{{json .Spec}}'",
	'{{range .Ports}}{{.PublishedPort}}{{end}}',
	"docker ps --format 'table {{.Names}}\t{{.Status}}'",
	'echo {{plain}} {{}} {manager1.ip}',
])('%j has no values of ours', (command) => {
	expect(valuesIn(command)).toEqual([]);
	expect(fillValues(command, lookup)).toBe(command);
});

test('what is filled in is not looked at again', () => {
	const odd = valuesOf([{ name: 'manager1', address: '{{swarm.workerToken}}$&' }], tokens);
	expect(fillValues('{{manager1.ip}}', odd)).toBe('{{swarm.workerToken}}$&');
});

test('where values stand', () => {
	expect(valuesIn('a {{manager1.ip}} {{x.y}}')).toEqual([
		{ name: 'manager1.ip', index: 2 },
		{ name: 'x.y', index: 18 },
	]);
});

const thrownBy = (call: () => unknown): unknown => {
	try {
		call();
	} catch (error) {
		return error;
	}
	return undefined;
};

test('a name that means nothing', () => {
	const error = thrownBy(() => fillValues('{{worker9.ip}}', lookup, knownValues(['manager1', 'worker1'])));
	expect(error).toBeInstanceOf(LabError);
	expect(error).toMatchObject({ code: 'value.unknown' });
	expect((error as LabError).message).toMatchInlineSnapshot(
		`"There is no value "{{worker9.ip}}". Known values: swarm.workerToken, swarm.managerToken, manager1.ip, worker1.ip."`,
	);
});

test('a value that does not exist yet', () => {
	const early = valuesOf(nodes, { notYet: 'there is no swarm yet' });
	const error = thrownBy(() => fillValues('{{swarm.workerToken}}', early));
	expect(error).toMatchObject({ code: 'value.not-yet', status: 409 });
	expect((error as LabError).message).toMatchInlineSnapshot(
		`""{{swarm.workerToken}}" has no value yet: there is no swarm yet"`,
	);
});

test('the swarm is asked for its tokens only when a command needs one', async () => {
	let asked = 0;
	const askTokens = async () => {
		asked++;
		return tokens;
	};
	expect(await fillCommand('ping {{worker1.ip}}', nodes, askTokens)).toBe('ping 10.213.0.3');
	expect(asked).toBe(0);
	expect(await fillCommand('join {{swarm.workerToken}}', nodes, askTokens)).toBe('join SWMTKN-1-worker');
	expect(asked).toBe(1);
});

test('every name that is known has a value', () => {
	for (const name of knownValues(nodes.map((node) => node.name))) expect(lookup(name)).toHaveProperty('value');
});
