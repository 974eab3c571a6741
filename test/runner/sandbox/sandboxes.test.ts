// Sandboxes: who may have which, and for how long.
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Sandbox } from '#contract/sandbox.ts';
import { Sandboxes } from '#runner/sandbox/sandboxes.ts';
import { handClock } from '../cluster/hand-clock.ts';
import { noSuchImage, type PaperHost, paperHost, paperRows, threeNodes } from './paper-host.ts';

const leaseMs = 3_600_000;

async function open(host: PaperHost = paperHost(), rows = paperRows(), clock = handClock()) {
	const faults: unknown[] = [];
	let ids = 0;
	const lives: string[] = [];
	const sandboxes = await Sandboxes.open({
		host,
		rows,
		clock,
		leaseMs,
		mostPerLearner: 2,
		newId: () => `id${rows.all.size + ids++}`,
		goLive: async ({ id }, _cluster, { isFresh }) => {
			lives.push(`${id} ${isFresh ? 'fresh' : 'adopted'}`);
			return { [Symbol.asyncDispose]: async () => void lives.push(`${id} gone`) };
		},
		onFault: (error) => faults.push(error),
	});
	const create = (learner: string, lesson?: string) =>
		sandboxes.create({ learner, topology: threeNodes, images: [], ...(lesson ? { lesson } : {}) });
	/** As `create`, and waits until it is ready or has failed. */
	const make = async (learner: string, lesson?: string) => {
		const { id } = create(learner, lesson);
		await sandboxes.settled(id);
		return sandboxes.get(id, learner);
	};
	return { host, rows, clock, sandboxes, create, make, faults, lives };
}

test('a sandbox is there at once, and ready when it is made', async () => {
	const { sandboxes, create, lives } = await open();
	const { id, state, leaseEndsAt } = create('ann');
	expect({ state, leaseEndsAt }).toEqual({ state: 'making', leaseEndsAt: '1970-01-01T01:00:00.000Z' });
	expect(sandboxes.live(id, 'ann')).toBeUndefined();
	await sandboxes.settled(id);
	expect(sandboxes.get(id, 'ann').state).toBe('ready');
	expect(sandboxes.live(id, 'ann')).toBeDefined();
	expect(lives).toEqual([`${id} fresh`]);
});

test('whoever follows sees each change', async () => {
	const { sandboxes, create } = await open();
	const { id } = create('ann');
	const seen: string[] = [];
	sandboxes.follow(id, 'ann', ({ state, stages }: Sandbox) => seen.push(`${state} ${stages.length}`));
	await sandboxes.settled(id);
	await sandboxes.remove(id, 'ann');
	expect(seen).toEqual(['making 0', 'making 1', 'ready 1', 'ending 1']);
});

test('the same learner and lesson get the same sandbox, also when they ask twice at once', async () => {
	const { create, make, host } = await open();
	const first = create('ann', 'day-01/a');
	expect(create('ann', 'day-01/a').id).toBe(first.id);
	expect((await make('ann', 'day-01/a')).id).toBe(first.id);
	expect((await make('ben', 'day-01/a')).id).not.toBe(first.id);
	expect(host.made.length).toBe(2);
});

test('somebody else’s sandbox is not there', async () => {
	const { sandboxes, make } = await open();
	const { id } = await make('ann');
	for (const ask of ['get', 'live', 'cluster', 'renew'] as const) {
		expect(() => sandboxes[ask](id, 'ben')).toThrow('This sandbox is gone, or it is not yours.');
	}
	expect(() => sandboxes.follow(id, 'ben', () => {})).toThrow('not yours');
	expect(await sandboxes.remove(id, 'ben')).toBe(false);
	expect(sandboxes.list('ben')).toEqual([]);
	expect(sandboxes.list('ann').map((each) => each.id)).toEqual([id]);
});

test('a failure says why, leaves nothing, takes no room, and makes way for the next try', async () => {
	const { sandboxes, make, host, faults } = await open(paperHost(1));
	host.making = () => Promise.reject(noSuchImage);
	const failed = await make('ann', 'day-01/a');
	expect(failed.state).toBe('failed');
	expect(failed.problem?.message).toBe('The sandbox could not be made: there is no image x');
	expect([...host.there]).toEqual([]);
	expect(sandboxes.used).toBe(0);
	host.making = async () => {};
	const next = await make('ann', 'day-01/a');
	expect(next.state).toBe('ready');
	await vi.waitFor(() => expect(sandboxes.list('ann').map((each) => each.id)).toEqual([next.id]));
	expect(faults).toEqual([]);
});

test('a full engine says so at once', async () => {
	const { create } = await open(paperHost(2));
	create('ann');
	create('ben');
	expect(() => create('cid')).toThrow('No room right now: 2 of 2 sandboxes are in use. Try again in a few minutes.');
});

test('a learner’s oldest sandbox that nobody looks at makes room for another', async () => {
	const { sandboxes, make } = await open(paperHost(2));
	const first = await make('ann');
	const second = await make('ann');
	sandboxes.follow(first.id, 'ann', () => {});
	const third = await make('ann');
	await vi.waitFor(() => expect(sandboxes.list('ann').map((each) => each.id)).toEqual([first.id, third.id]));
	expect(() => sandboxes.get(second.id, 'ann')).toThrow();
});

test('a learner who looks at all of them has to close one', async () => {
	const { sandboxes, make, create } = await open();
	for (const { id } of [await make('ann'), await make('ann')]) sandboxes.follow(id, 'ann', () => {});
	expect(() => create('ann')).toThrow('You have 2 sandboxes open already. Close one of them first.');
});

test('one that is removed while it is being made is gone, and was not called a failure', async () => {
	const { sandboxes, create, host, rows, faults } = await open();
	host.making = () => new Promise(() => {});
	const { id } = create('ann');
	await setImmediate();
	expect(await sandboxes.remove(id, 'ann')).toBe(true);
	expect(host.there.size + rows.all.size + sandboxes.used).toBe(0);
	expect(faults).toEqual([]);
});

test('removing twice at once is one removal', async () => {
	const { sandboxes, make, host } = await open();
	const { id } = await make('ann');
	let destroyed = 0;
	host.destroying = async () => void destroyed++;
	expect(await Promise.all([sandboxes.remove(id, 'ann'), sandboxes.remove(id, 'ann')])).toEqual([true, true]);
	expect(destroyed).toBe(1);
	expect(await sandboxes.remove(id, 'ann')).toBe(false);
});

test('a lease that nobody renews ends the sandbox; use renews it', async () => {
	const { sandboxes, make, clock, host, lives } = await open();
	const used = await make('ann');
	const unused = await make('ben');
	clock.pass(leaseMs - 1_000);
	sandboxes.renew(used.id, 'ann');
	clock.pass(2_000);
	await vi.waitFor(() => {
		clock.pass(100);
		expect([...host.there]).toEqual([used.id]);
	});
	expect(() => sandboxes.get(unused.id, 'ben')).toThrow('gone');
	expect(lives).toContain(`${unused.id} gone`);
	clock.pass(leaseMs);
	await vi.waitFor(() => {
		clock.pass(100);
		expect(host.there.size).toBe(0);
	});
});

test('a removal that fails is tried again until it works', async () => {
	const { make, clock, host, faults, sandboxes } = await open();
	const { id } = await make('ann');
	let attempts = 0;
	host.destroying = async () => {
		if (++attempts < 3) throw new Error('the engine does not answer');
	};
	await expect(sandboxes.remove(id, 'ann')).rejects.toThrow('does not answer');
	for (let i = 0; i < 10 && host.there.size > 0; i++) {
		clock.pass(10_000);
		await setImmediate();
	}
	expect(attempts).toBe(3);
	expect(host.there.size).toBe(0);
	expect(faults.length).toBe(1);
});

test('the next life of the runner takes over what is ready, and sweeps everything else', async () => {
	const before = await open();
	const ready = await before.make('ann', 'day-01/a');
	const lost = await before.make('ben');
	before.host.making = () => new Promise(() => {});
	const unfinished = before.create('cid');
	await setImmediate();
	// Killed: nothing was let go. One of the sandboxes lost its nodes meanwhile, and a stray is from nobody knows where.
	before.host.there.delete(lost.id);
	before.host.there.add('stray');

	const after = await open(before.host, before.rows, before.clock);
	expect([...before.host.there]).toEqual([ready.id]);
	expect([...before.rows.all.keys()]).toEqual([ready.id]);
	expect(after.sandboxes.get(ready.id, 'ann')).toMatchObject({ state: 'ready', lesson: 'day-01/a' });
	expect(after.lives).toEqual([`${ready.id} adopted`]);
	expect(after.create('ann', 'day-01/a').id).toBe(ready.id);
	expect(() => after.sandboxes.get(unfinished.id, 'cid')).toThrow('gone');
});

test('a lease that ended while no runner ran is not taken over', async () => {
	const before = await open();
	await before.make('ann');
	before.clock.pass(leaseMs);
	await before.sandboxes[Symbol.asyncDispose]();
	const after = await open(before.host, before.rows, before.clock);
	expect(after.host.there.size + after.rows.all.size + after.sandboxes.used).toBe(0);
});

test('letting go leaves sandboxes running; removing all leaves nothing', async () => {
	const kept = await open();
	await kept.make('ann');
	await kept.sandboxes[Symbol.asyncDispose]();
	expect(kept.host.there.size).toBe(1);
	expect(kept.rows.all.size).toBe(1);
	expect(kept.clock.pending).toBe(0);
	expect(kept.lives.at(-1)).toMatch(/gone$/);

	const removed = await open();
	await removed.make('ann');
	removed.create('ben');
	await removed.sandboxes.removeAll();
	expect(removed.host.there.size + removed.rows.all.size + removed.sandboxes.used).toBe(0);
});
