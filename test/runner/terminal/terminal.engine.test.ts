// Terminals in a real node: the same shell through a runner's restart, floods, full-screen programs, and the node's end.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#runner/clock.ts';
import { type OpenedEngine, openEngine } from '#runner/engine/open-engine.ts';
import { silent } from '#runner/engine/stages.ts';
import type { ClusterHost, SandboxCluster, SandboxNode } from '#runner/sandbox/cluster-access.ts';
import { engineHost } from '#runner/sandbox/engine-host.ts';
import { createTerminals } from '#runner/terminal/terminals.ts';
import { openPage } from '../../infra/page.ts';
import { testConfig } from '../../setup/config.ts';

const sandbox = `terminal-test-${process.pid}`;
let opened: OpenedEngine;
let host: ClusterHost;
let cluster: SandboxCluster;

beforeAll(async () => {
	const config = testConfig();
	opened = await openEngine(config, silent);
	host = engineHost({
		engine: opened.engine,
		instance: config.instance,
		subnets: config.subnets,
		nodeImage: opened.nodeImage,
		limits: config.limits.node,
		maxSandboxes: undefined,
		openImage: () => Promise.reject(new Error('no images here')),
		clock: systemClock,
	});
	const request = {
		sandbox,
		learner: 'test',
		topology: { managers: 1, workers: 1, swarm: 'unformed' } as const,
		images: [],
	};
	cluster = await host.make(request, { signal: AbortSignal.timeout(60_000), onStage() {} });
});
afterAll(async () => {
	await cluster?.[Symbol.asyncDispose]();
	await host?.destroy(sandbox);
	await opened?.engine.close();
});

const nodeNamed = (name: string): SandboxNode => {
	const found = cluster.nodes.find((node) => node.name === name);
	if (!found) throw new Error(name);
	return found;
};
/** As one life of the runner has them. */
const terminals = () => createTerminals(cluster.nodes, systemClock);

test('a shell greets with its node and place, in colour, and speaks Unicode', async () => {
	await using life = terminals();
	const page = await openPage(await life.open('manager1'));
	await page.sees('manager1 ~ # ');
	page.type('echo grüße 漢字 $((6*7)); stty size; echo $TERM\r');
	await page.sees(/\ngrüße 漢字 42\n24 80\nxterm-256color\nmanager1 ~ # /);
});

test('the next life of the runner shows the same shell with its screen', async () => {
	const before = terminals();
	const page = await openPage(await before.open('manager1'));
	page.type('clear; cd /etc; mark=kept; seq 5\r');
	await page.sees('\n5\nmanager1 /etc # ');
	await before[Symbol.asyncDispose]();

	await using after = terminals();
	const again = await openPage(await after.open('manager1'));
	await again.sees('\n5\nmanager1 /etc # ');
	expect(again.screen.lines()).toEqual(page.screen.lines());
	again.type('echo "$mark in $PWD"; cd\r');
	await again.sees('\nkept in /etc\n');
	// The client of the last life does not linger in the node.
	const { stdout } = await nodeNamed('manager1').exec(['pgrep', '-cf', 'hold --pipe .* shell-1']);
	expect(Number(stdout)).toBe(2);
});

test('a full-screen program fills the window, follows its size, and gives the screen back', async () => {
	await using life = terminals();
	const page = await openPage(await life.open('worker1'), { cols: 80, rows: 24 });
	page.type('seq 100 > /tmp/numbers; less /tmp/numbers\r');
	await page.sees('\n23\n/tmp/numbers');
	expect(page.screen.isAlternate()).toBe(true);
	page.screen.resize({ cols: 60, rows: 12 });
	page.viewer.resize({ cols: 60, rows: 12 });
	await page.sees('\n11\n');
	page.type('G');
	await page.sees('(END)');
	expect(page.screen.lines().length).toBe(12);
	page.type('q');
	await page.sees('worker1 ~ # ');
	expect(page.screen.isAlternate()).toBe(false);
});

test('50 MB through a fast viewer while a slow one sleeps: both end with the same screen', async () => {
	await using life = terminals();
	const terminal = await life.open('worker1');
	const [fast, slow] = [await openPage(terminal), await openPage(terminal)];
	slow.sleep();
	fast.type('clear; yes 0123456789 | head -c 50M; echo; echo over\r');
	await fast.sees(/\nover\nworker1 ~ # $/, 50_000);
	expect(slow.counts.liveBytes).toBeLessThanOrEqual(100_000);
	slow.wake();
	await slow.sees(/\nover\nworker1 ~ # $/, 10_000);
	expect(slow.screen.lines()).toEqual(fast.screen.lines());
	expect(fast.counts.liveBytes).toBeGreaterThan(50_000_000);
	expect(slow.counts.replays).toBe(2);
}, 70_000);

test('a lesson’s command is typed, several lines of it too', async () => {
	await using life = terminals();
	const terminal = await life.open('manager1');
	const page = await openPage(terminal);
	await terminal.type('cat > /tmp/stack.yaml <<EOF\nservices:\n\tweb: 1\nEOF\nwc -l < /tmp/stack.yaml', true);
	await page.sees('\n2\nmanager1');
	const { stdout } = await nodeNamed('manager1').exec(['cat', '/tmp/stack.yaml']);
	expect(stdout).toBe('services:\n\tweb: 1\n');
});

test('a shell that was left says so, and opening again starts a new one', async () => {
	await using life = terminals();
	const page = await openPage(await life.open('manager1'));
	page.type('exit 4\r');
	expect(await page.closed).toBe('The shell has ended with exit code 4.');
	const next = await openPage(await life.open('manager1'));
	await next.sees('manager1 ~ # ');
	expect(next.counts.quietBytes).toBeLessThan(500);
});

test('a node that is stopped says so; started again, it has a new shell', async () => {
	await using life = terminals();
	const page = await openPage(await life.open('worker1'));
	await page.sees('worker1 ~ # ');
	const node = nodeNamed('worker1');
	await node.act('kill');
	expect(await page.closed).toBe('worker1 has stopped.');
	await expect(openPage(await life.open('worker1'))).rejects.toThrow(/^worker1 does not answer/);
	await node.act('start');
	const next = await openPage(await life.open('worker1'));
	await next.sees('worker1 ~ # ');
});

test('a node that the sandbox does not have is named', async () => {
	await using life = terminals();
	await expect(life.open('worker9')).rejects.toThrow('This sandbox has no node "worker9". It has manager1, worker1.');
});
