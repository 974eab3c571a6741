// Watching a real swarm: how soon what learners do is seen, and what is seen of nodes that hang, stop and come back.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StateCheck } from '#contract/check.ts';
import type { ClusterState } from '#contract/cluster.ts';
import { evaluate } from '#runner/checks/evaluate.ts';
import { runProbe } from '#runner/checks/probe.ts';
import { systemClock } from '#runner/clock.ts';
import { askJoinTokens } from '#runner/cluster/join-tokens.ts';
import { type ClusterWatch, watchCluster } from '#runner/cluster/watch.ts';
import { type OpenedEngine, openEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import { testConfig } from '../../setup/config.ts';
import { type RealSwarm, realSwarm } from './real-swarm.ts';

let opened: OpenedEngine;
let swarm: RealSwarm;
let watch: ClusterWatch;

beforeAll(async () => {
	const config = testConfig();
	opened = await openEngine(config, silent);
	const images = ['carmeloc/goweb:1.0'];
	swarm = await realSwarm(opened, { instance: config.instance, subnet: '201.0', managers: 1, workers: 2, images });
	watch = watchCluster({ nodes: swarm.nodes, clock: systemClock, onFault: (error) => expect.fail(String(error)) });
	watch.setWatched(true);
});

afterAll(async () => {
	await watch?.[Symbol.asyncDispose]();
	await swarm?.[Symbol.asyncDispose]();
	await opened?.engine.close();
});

/** Resolves with the milliseconds until the watch has reported a state that fits. */
async function until(fits: (state: ClusterState) => boolean, withinMs: number): Promise<number> {
	const begun = performance.now();
	const reported = Promise.withResolvers<void>();
	const look = (state: ClusterState) => fits(state) && reported.resolve();
	const stop = watch.onChange(look);
	look(watch.state);
	const giveUp = setTimeout(
		() => reported.reject(new Error(`not seen within ${withinMs} ms: ${JSON.stringify(watch.state)}`)),
		withinMs,
	);
	try {
		await reported.promise;
	} finally {
		clearTimeout(giveUp);
		stop();
	}
	return performance.now() - begun;
}

const passes = (check: StateCheck) => (state: ClusterState) => evaluate(check, state).verdict === 'pass';

test('making a swarm and joining it is seen as it happens', async () => {
	await until((state) => state.swarm === 'none' && state.nodes.every((node) => node.engine === 'up'), 5_000);
	await swarm.form();
	await until(passes({ swarm: 'formed', managers: 1, workers: 2 }), 5_000);
	expect(watch.state.nodes[0]).toMatchObject({ name: 'manager1', role: 'manager', leader: true });
	expect(await askJoinTokens(swarm.nodes, AbortSignal.timeout(5_000))).toMatchObject({ worker: /^SWMTKN-1-/ });
});

test('a label is seen within half a second', async () => {
	await swarm.run('manager1', 'docker node update --label-add disk=ssd worker2');
	expect(await until(passes({ node: 'worker2', labels: { disk: 'ssd' } }), 5_000)).toBeLessThan(500);
});

test('a service is seen to run, and to be scaled, about when Docker itself says so', async () => {
	await swarm.run('manager1', 'docker service create --detach --name goweb --publish 8888:8080 carmeloc/goweb:1.0');
	await until(passes({ service: 'goweb', running: 1, published: 8888 }), 40_000);
	await swarm.run('manager1', 'docker service scale goweb=3');
	expect(await until(passes({ service: 'goweb', replicas: 3, running: 3, nodes: { min: 2 } }), 5_000)).toBeLessThan(
		500,
	);
});

test('probes ask a node', async () => {
	const names = new Map(swarm.nodes.map((node) => [node.name, node.container]));
	const probe = (check: Parameters<typeof runProbe>[0]) =>
		runProbe(check, { engine: opened.engine, containerOf: (name) => names.get(name) }, AbortSignal.timeout(20_000));
	expect(await probe({ exec: 'docker node ls | grep -q worker2', on: 'manager1', explain: 'no' })).toMatchObject({
		verdict: 'pass',
	});
	expect(await probe({ exec: 'docker node ls', on: 'worker1', explain: 'worker1 knows no nodes.' })).toEqual({
		verdict: 'not-yet',
		because: 'worker1 knows no nodes.',
	});
	expect(await probe({ http: 'http://manager1:9999/', status: 200 })).toEqual({
		verdict: 'not-yet',
		because: 'http://manager1:9999/ does not answer.',
	});
	expect(await probe({ http: 'http://worker9:80/', status: 200 })).toMatchObject({ verdict: 'cannot-tell' });
	await swarm.run('worker1', 'docker run -d --rm --name web -p 9000:8080 carmeloc/goweb:1.0');
	const answers = () => probe({ http: 'http://worker1:9000/', status: 200, body: 'This is', answers: 1 });
	await expect.poll(answers, { timeout: 10_000 }).toMatchObject({ verdict: 'pass' });
	expect(await probe({ http: 'http://worker1:9000/', status: 404 })).toMatchObject({ verdict: 'not-yet' });
	expect(await probe({ http: 'http://worker1:9000/', status: 200, body: 'goodbye' })).toMatchObject({
		verdict: 'not-yet',
	});
	await swarm.run('worker1', 'docker rm -f web');
	await swarm.setNode('worker2', 'pause');
	expect(await probe({ exec: 'true', on: 'worker2', explain: 'no' })).toMatchObject({ verdict: 'cannot-tell' });
	await swarm.setNode('worker2', 'unpause');
});

test('a service that is removed is seen to be gone', async () => {
	await swarm.run('manager1', 'docker service rm goweb');
	expect(await until(passes({ service: 'goweb', absent: true }), 5_000)).toBeLessThan(500);
});

test('a node that hangs is down after a timeout, and the others are seen as before', async () => {
	await swarm.setNode('worker2', 'pause');
	expect(await until((state) => state.nodes[2]?.engine === 'down', 10_000)).toBeLessThan(4_000);
	await swarm.run('manager1', 'docker network create --driver overlay backstage');
	expect(await until(passes({ network: 'backstage' }), 5_000)).toBeLessThan(700);
	await swarm.setNode('worker2', 'unpause');
	await until((state) => state.nodes[2]?.engine === 'up', 10_000);
});

test('when its only manager is lost, the swarm has nobody to speak for it; when it is back, all is seen again', async () => {
	await swarm.setNode('manager1', 'kill');
	await until((state) => state.swarm === 'no-leader', 10_000);
	expect(evaluate({ service: 'goweb', absent: true }, watch.state)).toEqual({
		verdict: 'cannot-tell',
		because: 'No manager answers, so services cannot be seen.',
	});
	await swarm.setNode('manager1', 'start');
	await until(passes({ swarm: 'formed', workers: 2 }), 30_000);
	await swarm.run('manager1', 'docker network rm backstage');
	expect(await until(passes({ network: 'backstage', absent: true }), 5_000)).toBeLessThan(700);
});
