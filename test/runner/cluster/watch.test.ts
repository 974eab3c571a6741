// Watching: what is reported when recorded swarms follow one another, with engines that hang, stop and come back.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { ClusterState } from '#contract/cluster.ts';
import { watchCluster } from '#runner/cluster/watch.ts';
import { recorded, stateOf } from './fixtures.ts';
import { handClock } from './hand-clock.ts';
import { replay } from './replay.ts';

async function begin(name: string) {
	const clock = handClock(1_000_000);
	const swarm = replay(recorded(name), clock);
	const faults: unknown[] = [];
	const changes: ClusterState[] = [];
	const watch = watchCluster({ nodes: swarm.nodes, clock, onFault: (error) => faults.push(error) });
	watch.onChange((state) => changes.push(state));
	onTestFinished(() => watch[Symbol.asyncDispose]());
	await quiet();
	/** Lets time pass in small steps, and everything happen that falls due. */
	const pass = async (ms: number) => {
		for (let passed = 0; passed < ms; passed += 10) {
			clock.pass(Math.min(10, ms - passed));
			await quiet();
		}
	};
	const looks = () => swarm.node('manager1').asked.filter((path) => path === '/info').length;
	return { ...swarm, clock, watch, changes, faults, pass, looks };
}

/** Lets everything happen that waits for nothing but its turn. */
async function quiet() {
	for (let turns = 0; turns < 30; turns++) await turn();
}

test('the first state is there after the first look', async () => {
	const { watch, changes } = await begin('formed');
	expect(watch.state).toEqual(stateOf('formed'));
	expect(changes).toEqual([stateOf('formed')]);
});

test('an event is followed by a look 30 ms later, and a change is told once', async () => {
	const { watch, changes, become, node, pass } = await begin('formed');
	await pass(5_000);
	become(recorded('service-running'));
	node('manager1').emit({ Type: 'service', Action: 'create' });
	await quiet();
	await pass(29);
	expect(changes).toHaveLength(1);
	await pass(1);
	expect(changes).toHaveLength(2);
	expect(watch.state).toEqual(stateOf('service-running'));
	await pass(20_000);
	expect(changes).toHaveLength(2);
});

test('a stream of events cannot put a look off for more than 150 ms', async () => {
	const { changes, become, node, pass } = await begin('formed');
	await pass(5_000);
	become(recorded('service-running'));
	for (let passed = 0; passed < 160; passed += 10) {
		node('worker1').emit({ Type: 'container', Action: 'start' });
		await quiet();
		await pass(10);
	}
	expect(changes).toHaveLength(2);
});

test('health checks and other noise are no reason to look', async () => {
	const { looks, node, pass } = await begin('formed');
	await pass(5_000);
	const before = looks();
	for (const Action of ['exec_create: /goweb -health', 'exec_start: /goweb -health', 'exec_die', 'top', 'attach']) {
		node('worker1').emit({ Type: 'container', Action });
	}
	node('worker1').emit({ Type: 'image', Action: 'pull' });
	await quiet();
	await pass(1_000);
	expect(looks()).toBe(before);
});

test('after an event it looks a few times more: the managers hear of containers later', async () => {
	const { changes, become, node, pass } = await begin('formed');
	await pass(5_000);
	node('worker1').emit({ Type: 'container', Action: 'start' });
	await quiet();
	await pass(30);
	become(recorded('service-running'));
	await pass(130);
	expect(changes).toHaveLength(2);
});

test('what is on its way is looked at every second, what is at rest every 15', async () => {
	const busy = await begin('rejected');
	await busy.pass(3_000);
	const busyBefore = busy.looks();
	await busy.pass(10_000);
	expect(busy.looks() - busyBefore).toBe(10);

	const calm = await begin('formed');
	await calm.pass(3_000);
	const calmBefore = calm.looks();
	await calm.pass(30_000);
	expect(calm.looks() - calmBefore).toBe(2);
});

test('while somebody looks, a cluster at rest is looked at every three seconds', async () => {
	const { looks, watch, pass } = await begin('formed');
	watch.setWatched(true);
	await pass(3_000);
	const before = looks();
	await pass(30_000);
	expect(looks() - before).toBe(10);
});

test('refresh gives a state as of now', async () => {
	const { watch, become } = await begin('formed');
	become(recorded('service-running'));
	expect(await watch.refresh()).toEqual(stateOf('service-running'));
});

test('refresh during a look waits for the next one', async () => {
	const { watch, become, node, pass } = await begin('formed');
	await pass(5_000);
	node('worker2').behave('hangs');
	const early = watch.refresh();
	await quiet();
	const late = watch.refresh();
	await pass(300);
	await early;
	become(recorded('service-running'));
	await pass(300);
	expect((await late).services).toHaveLength(1);
});

test('a node that hangs is down after two seconds, and holds up the others only once', async () => {
	const { watch, changes, become, node, pass } = await begin('formed');
	await pass(5_000);
	node('worker2').behave('hangs');
	become(recorded('service-running'));
	node('manager1').emit({});
	await quiet();
	await pass(330);
	expect(watch.state.services).toHaveLength(1);
	expect(watch.state.nodes[2]?.engine).toBe('up');
	await pass(2_500);
	expect(watch.state.nodes[2]?.engine).toBe('down');

	become(recorded('service-scaled'));
	node('manager1').emit({});
	await quiet();
	await pass(30);
	expect(changes.at(-1)?.services[0]?.running).toBe(3);

	node('worker2').behave('answers');
	await quiet();
	await pass(30);
	expect(watch.state.nodes[2]?.engine).toBe('up');
});

test('a node that stops is down at once, and is listened to again when it is back', async () => {
	const { watch, node, pass } = await begin('formed');
	await pass(5_000);
	node('worker2').behave('is stopped');
	await quiet();
	await pass(30);
	expect(watch.state.nodes[2]?.engine).toBe('down');
	expect(node('worker2').listening).toBe(0);
	node('worker2').behave('answers');
	await pass(2_000);
	await pass(30);
	expect(node('worker2').listening).toBe(1);
	expect(watch.state.nodes[2]?.engine).toBe('up');
});

test('when the manager it reads from is lost, it reads from another', async () => {
	const { watch, become, node, pass } = await begin('three-managers');
	become(recorded('leader-moved'));
	node('manager1').behave('is stopped');
	await quiet();
	await pass(500);
	expect(watch.state).toEqual(stateOf('leader-moved'));
	become(recorded('quorum-lost'));
	node('manager2').behave('is stopped');
	await quiet();
	await pass(500);
	expect(watch.state).toEqual(stateOf('quorum-lost'));
});

test('a listener that throws is told, and the watch goes on', async () => {
	const { watch, changes, faults, become } = await begin('formed');
	const stop = watch.onChange(() => {
		throw new Error('the page is gone');
	});
	become(recorded('service-running'));
	await watch.refresh();
	expect(faults).toEqual([new Error('the page is gone')]);
	stop();
	become(recorded('service-scaled'));
	await watch.refresh();
	expect(changes.at(-1)).toEqual(stateOf('service-scaled'));
});

test('a listener is told the state before, too', async () => {
	const { watch, become } = await begin('formed');
	const pairs: [string[], string[]][] = [];
	const names = (state: ClusterState) => state.services.map((service) => service.name);
	watch.onChange((state, before) => pairs.push([names(before), names(state)]));
	become(recorded('service-running'));
	await watch.refresh();
	expect(pairs).toEqual([[[], ['goweb']]]);
});

test('after its end nothing listens, nothing waits, nothing is asked', async () => {
	const { watch, nodes, clock, looks, pass } = await begin('formed');
	await watch[Symbol.asyncDispose]();
	const before = looks();
	expect(clock.pending).toBe(0);
	expect(nodes.map((node) => node.listening)).toEqual([0, 0, 0]);
	await pass(30_000);
	expect(looks()).toBe(before);
	expect(await watch.refresh()).toBe(watch.state);
});

test('its end does not wait for a node that hangs', async () => {
	const { watch, node, pass } = await begin('formed');
	node('worker1').behave('hangs');
	const refreshed = watch.refresh();
	await pass(50);
	await watch[Symbol.asyncDispose]();
	await refreshed;
});
