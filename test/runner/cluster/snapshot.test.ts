// Taking a snapshot: who is asked, in which order, and what counts as an answer.
import { expect, test } from 'vitest';
import { askJoinTokens } from '#runner/cluster/join-tokens.ts';
import { takeSnapshot } from '#runner/cluster/snapshot.ts';
import { recorded } from './fixtures.ts';
import { replay } from './replay.ts';

const never = new AbortController().signal;

test('a snapshot of a replayed swarm is the recording', async () => {
	const snapshot = recorded('service-scaled');
	expect(await takeSnapshot(replay(snapshot).nodes, never)).toEqual(snapshot);
});

test('workers are asked what they are, and nothing about the cluster', async () => {
	const { nodes, node } = replay(recorded('formed'));
	await takeSnapshot(nodes, never);
	expect(node('worker1').asked).toEqual(['/info']);
	expect(node('manager1').asked).toEqual([
		'/info',
		'/nodes',
		'/services?status=true',
		'/tasks',
		'/networks?filters=%7B%22scope%22%3A%5B%22swarm%22%5D%7D',
		'/secrets',
		'/configs',
	]);
});

test('without a swarm nobody is asked about one', async () => {
	const { nodes } = replay(recorded('unformed'));
	expect((await takeSnapshot(nodes, never)).cluster).toEqual({ type: 'no-manager' });
	expect(nodes.map((node) => node.asked)).toEqual([['/info'], ['/info'], ['/info']]);
});

test('the manager of the larger swarm speaks', async () => {
	const { nodes, node } = replay(recorded('two-swarms'));
	const snapshot = await takeSnapshot(nodes, never);
	expect(snapshot.cluster).toMatchObject({ type: 'lists', speaker: 'manager1' });
	expect(node('worker2').asked).toEqual(['/info']);
});

test('managers without a leader are asked one after another, and each says why not', async () => {
	const snapshot = await takeSnapshot(replay(recorded('quorum-lost')).nodes, never);
	expect(snapshot.cluster).toMatchObject({ type: 'no-leader', refusals: [{ node: 'manager3' }] });
});

test('when the first manager cannot speak, the next one does', async () => {
	const { nodes, become } = replay(recorded('three-managers'));
	const other = recorded('three-managers');
	if (other.cluster.type === 'lists') other.cluster.speaker = 'manager2';
	become(other);
	expect((await takeSnapshot(nodes, never)).cluster).toMatchObject({ type: 'lists', speaker: 'manager2' });
	expect(nodes.map((node) => node.asked.length)).toEqual([2, 7, 1]);
});

test('a node that is stopped is an answer', async () => {
	const { nodes, node } = replay(recorded('formed'));
	node('worker2').behave('is stopped');
	const snapshot = await takeSnapshot(nodes, never);
	expect(snapshot.nodes[2]?.answer).toEqual({ reachable: false, reason: 'container is not running' });
	expect(snapshot.cluster.type).toBe('lists');
});

test('what is called off ends in the reason for it', async () => {
	const { nodes, node } = replay(recorded('formed'));
	node('worker2').behave('hangs');
	const ending = new AbortController();
	const snapshot = takeSnapshot(nodes, ending.signal);
	ending.abort(new Error('enough'));
	await expect(snapshot).rejects.toThrow('enough');
});

test('join tokens: none without a swarm', async () => {
	expect(await askJoinTokens(replay(recorded('unformed')).nodes, never)).toEqual({
		notYet: 'there is no swarm yet, or no manager of it answers',
	});
});
