// Noise: which of the events that real swarms sent are worth a look.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isNoise } from '#runner/cluster/noise.ts';
import type { DockerEvent } from '#runner/engine/engine.ts';
import { scenarios } from './scenarios.ts';

function eventsOf(scenario: string): DockerEvent[] {
	const text = readFileSync(join(import.meta.dirname, 'fixtures', `events-${scenario}.json`), 'utf8');
	// Written by record.ts.
	return (JSON.parse(text) as { event: DockerEvent }[]).map(({ event }) => event);
}

const all = scenarios.flatMap(({ name }) => eventsOf(name));
const kinds = (events: DockerEvent[]) =>
	[...new Set(events.map((event) => `${event.Type} ${event.Action.replace(/:.*/, '')}`))].sort();

test('Swarm sends no task events', () => {
	expect(all.filter((event) => event.Type === 'task')).toEqual([]);
});

test('a swarm that is made, joined and labelled sends node events', () => {
	const states = eventsOf('joining')
		.filter((event) => event.Type === 'node')
		.map((event) => event.Action);
	expect(new Set(states)).toEqual(new Set(['create', 'update']));
});

test('what is worth a look', () => {
	expect(kinds(all.filter((event) => !isNoise(event)))).toMatchInlineSnapshot(`
		[
		  "config create",
		  "container create",
		  "container destroy",
		  "container die",
		  "container health_status",
		  "container kill",
		  "container start",
		  "container stop",
		  "network connect",
		  "network create",
		  "network destroy",
		  "network disconnect",
		  "network remove",
		  "network update",
		  "node create",
		  "node update",
		  "secret create",
		  "secret remove",
		  "service create",
		  "service remove",
		  "service update",
		]
	`);
});

test('what is not', () => {
	expect(kinds(all.filter(isNoise))).toMatchInlineSnapshot(`
		[
		  "container exec_create",
		  "container exec_die",
		  "container exec_start",
		  "image import",
		]
	`);
});

test('a health check is noise, its verdict is not', () => {
	const event = (Action: string): DockerEvent => ({ Type: 'container', Action, Actor: { ID: '', Attributes: {} } });
	expect(isNoise(event('exec_start: /goweb -health'))).toBe(true);
	expect(isNoise(event('health_status: healthy'))).toBe(false);
});
