// Sandboxes: all sandboxes of this Shoal: made, found again, renewed and removed, each with its owner.
import { LabError } from '#contract/errors.ts';
import type { Sandbox, Stage } from '#contract/sandbox.ts';
import type { Topology } from '#contract/topology.ts';
import type { Clock } from '../clock.ts';
import type { SandboxRow, SandboxRows } from '../store/sandbox-rows.ts';
import type { ClusterHost, SandboxCluster } from './cluster-access.ts';
import { isExpired, leaseFromNow, renewedLease } from './lease.ts';
import { type Reaper, startReaper } from './reaper.ts';

export interface SandboxWish {
	learner: string;
	/** With a lesson, asking again gives the same sandbox. */
	lesson?: string;
	topology: Topology;
	images: readonly string[];
}

export interface SandboxesParts<Live extends AsyncDisposable> {
	host: ClusterHost;
	rows: SandboxRows;
	clock: Clock;
	/** Unguessable. */
	newId(): string;
	leaseMs: number;
	mostPerLearner: number;
	/** Starts what runs for a ready sandbox; `isFresh` when nobody can have touched it yet. Disposed when it ends. */
	goLive(sandbox: SandboxRow, cluster: SandboxCluster, options: { isFresh: boolean }): Promise<Live>;
	/** Told of what should never happen, and of removals that are going to be tried again. */
	onFault(error: unknown): void;
}

type Listener = (sandbox: Sandbox) => void;

interface Entry<Live> {
	row: SandboxRow;
	listeners: Set<Listener>;
	cluster?: SandboxCluster;
	live?: Live;
	/** Aborted when the sandbox ends. */
	ending: AbortController;
	making: Promise<void>;
	removing?: Promise<void>;
}

export class Sandboxes<Live extends AsyncDisposable> implements AsyncDisposable {
	readonly #parts: SandboxesParts<Live>;
	readonly #entries = new Map<string, Entry<Live>>();
	readonly #reaper: Reaper;
	readonly #most: number;

	private constructor(parts: SandboxesParts<Live>, most: number) {
		this.#parts = parts;
		this.#most = most;
		this.#reaper = startReaper({
			clock: parts.clock,
			nextEnd: () => this.#nextEnd(),
			reap: () => this.#reap(),
			onFault: parts.onFault,
		});
	}

	/** Takes over what an earlier life of the runner left running, and removes the rest. Throws the engine's errors. */
	static async open<Live extends AsyncDisposable>(parts: SandboxesParts<Live>): Promise<Sandboxes<Live>> {
		const sandboxes = new Sandboxes(parts, await parts.host.capacity());
		await sandboxes.#adoptAll();
		await sandboxes.#sweepStrays();
		return sandboxes;
	}

	get used(): number {
		return [...this.#entries.values()].filter(({ row }) => takesRoom(row)).length;
	}

	get most(): number {
		return this.#most;
	}

	/**
	 * A sandbox as wished, at once: its state is `making` at first, and `follow` tells the rest. The same one again for the
	 * same learner and lesson. A learner who has as many as allowed loses the oldest that nobody looks at.
	 * Throws `engine.full` and `sandbox.too-many`.
	 */
	create(wish: SandboxWish): Sandbox {
		const same = this.#ofLearner(wish.learner).find(
			({ row }) => wish.lesson !== undefined && row.lesson === wish.lesson && takesRoom(row),
		);
		if (same) {
			this.renew(same.row.id, wish.learner);
			return shown(same.row);
		}
		this.#makeRoom(wish.learner);
		const { clock, leaseMs, newId } = this.#parts;
		const row: SandboxRow = {
			id: newId(),
			learner: wish.learner,
			...(wish.lesson === undefined ? {} : { lesson: wish.lesson }),
			topology: wish.topology,
			state: 'making',
			stages: [],
			nodes: [],
			createdAt: new Date(clock.now()).toISOString(),
			leaseEndsAt: leaseFromNow(clock, leaseMs),
		};
		const entry: Entry<Live> = {
			row,
			listeners: new Set(),
			ending: new AbortController(),
			making: Promise.resolve(),
		};
		this.#entries.set(row.id, entry);
		entry.making = this.#make(entry, wish.images);
		this.#reaper.reschedule();
		return shown(row);
	}

	/** Throws `sandbox.not-found`, also when it is somebody else's. */
	get(id: string, learner: string): Sandbox {
		return shown(this.#entry(id, learner).row);
	}

	/** Oldest first. */
	list(learner: string): Sandbox[] {
		return this.#ofLearner(learner).map(({ row }) => shown(row));
	}

	/** What runs for it while it is ready. Throws `sandbox.not-found`. */
	live(id: string, learner: string): Live | undefined {
		return this.#entry(id, learner).live;
	}

	/** Its nodes, while it is ready. Throws `sandbox.not-found`. */
	cluster(id: string, learner: string): SandboxCluster | undefined {
		return this.#entry(id, learner).cluster;
	}

	/**
	 * Calls back now and after each change, the last time with `ending`. Whoever follows looks at it: it does not have to
	 * make room for another. The function that comes back ends it. Throws `sandbox.not-found`.
	 */
	follow(id: string, learner: string, listener: Listener): () => void {
		const { listeners, row } = this.#entry(id, learner);
		// Each call is its own, also of one function twice.
		const own: Listener = (sandbox) => listener(sandbox);
		listeners.add(own);
		own(shown(row));
		return () => listeners.delete(own);
	}

	/** It is in use: moves the end of its lease. Cheap enough for every key press. Throws `sandbox.not-found`. */
	renew(id: string, learner: string): Sandbox {
		const entry = this.#entry(id, learner);
		const { clock, leaseMs } = this.#parts;
		const leaseEndsAt = renewedLease(entry.row.leaseEndsAt, clock, leaseMs);
		if (leaseEndsAt !== undefined && entry.row.state !== 'ending') {
			this.#change(entry, { leaseEndsAt });
			this.#reaper.reschedule();
		}
		return shown(entry.row);
	}

	/** Resolves when nothing of it is left. False when there was no such sandbox of this learner. */
	async remove(id: string, learner: string): Promise<boolean> {
		const entry = this.#entries.get(id);
		if (entry?.row.learner !== learner) return false;
		await this.#remove(entry);
		return true;
	}

	/** Removes every sandbox; for a runner that stops and leaves nothing behind. */
	async removeAll(): Promise<void> {
		await Promise.all([...this.#entries.values()].map((entry) => this.#remove(entry)));
	}

	/** Resolves when it is made, or has failed, or is being removed. */
	async settled(id: string): Promise<void> {
		await this.#entries.get(id)?.making;
	}

	/** Lets go of everything; ready sandboxes run on, for the next life of the runner. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.#reaper[Symbol.asyncDispose]();
		const entries = [...this.#entries.values()];
		for (const entry of entries) entry.ending.abort(new LabError('sandbox.not-found'));
		await Promise.allSettled(
			entries.map(async (entry) => {
				await entry.making;
				await entry.removing;
				await letGo(entry);
			}),
		);
		this.#entries.clear();
	}

	#ofLearner(learner: string): Entry<Live>[] {
		return [...this.#entries.values()].filter(({ row }) => row.learner === learner);
	}

	#entry(id: string, learner: string): Entry<Live> {
		const entry = this.#entries.get(id);
		if (entry?.row.learner !== learner) throw new LabError('sandbox.not-found');
		return entry;
	}

	#makeRoom(learner: string): void {
		const own = this.#ofLearner(learner);
		// What has failed takes no room, but is no longer of interest once the learner tries again.
		for (const entry of own) if (entry.row.state === 'failed') this.#removeLater(entry);
		const { mostPerLearner } = this.#parts;
		const mine = own.filter(({ row }) => takesRoom(row));
		const spare = mine.length < mostPerLearner ? undefined : mine.find(({ listeners }) => listeners.size === 0);
		if (mine.length >= mostPerLearner && !spare) throw new LabError('sandbox.too-many', { most: mostPerLearner });
		if (this.used - (spare ? 1 : 0) >= this.#most)
			throw new LabError('engine.full', { used: this.used, most: this.#most });
		if (spare) this.#removeLater(spare);
	}

	async #make(entry: Entry<Live>, images: readonly string[]): Promise<void> {
		const { host, rows, goLive, onFault } = this.#parts;
		const { row, ending } = entry;
		const { id: sandbox, learner, topology } = row;
		try {
			await rows.insert(row);
			const cluster = await host.make(
				{ sandbox, learner, topology, images },
				{
					signal: ending.signal,
					onStage: (stage) => this.#change(entry, { stages: withStage(entry.row.stages, stage) }),
				},
			);
			entry.cluster = cluster;
			await this.#ready(entry, cluster, goLive, true);
		} catch (error) {
			if (ending.signal.aborted) return;
			if (!(error instanceof LabError)) onFault(error);
			const problem = error instanceof LabError ? error : new LabError('sandbox.failed', { reason: String(error) });
			this.#change(entry, { state: 'failed', problem: problem.toBody().error });
		}
	}

	async #ready(entry: Entry<Live>, cluster: SandboxCluster, goLive: SandboxesParts<Live>['goLive'], isFresh: boolean) {
		entry.cluster = cluster;
		const nodes = cluster.nodes.map(({ name, address }) => ({ name, address }));
		entry.row = { ...entry.row, nodes };
		entry.live = await goLive(entry.row, cluster, { isFresh });
		if (!entry.ending.signal.aborted) this.#change(entry, { state: 'ready', nodes });
	}

	#removeLater(entry: Entry<Live>): void {
		this.#remove(entry).catch(this.#parts.onFault);
	}

	/** One removal at a time; one that failed may be tried again. */
	#remove(entry: Entry<Live>): Promise<void> {
		entry.removing ??= this.#end(entry).catch((error) => {
			delete entry.removing;
			this.#reaper.reschedule();
			throw error;
		});
		return entry.removing;
	}

	async #end(entry: Entry<Live>): Promise<void> {
		const { host, rows, clock } = this.#parts;
		const { id } = entry.row;
		// Expired from now on, so that a removal which fails is the reaper's, in this life or the next.
		this.#change(entry, { state: 'ending', leaseEndsAt: new Date(clock.now()).toISOString() });
		entry.ending.abort(new LabError('sandbox.not-found'));
		await entry.making;
		await letGo(entry);
		await host.destroy(id);
		await rows.remove(id);
		this.#entries.delete(id);
	}

	#change(entry: Entry<Live>, change: Partial<SandboxRow>): void {
		const { rows, onFault } = this.#parts;
		entry.row = { ...entry.row, ...change };
		// The map is the truth in this life; the row is for the next one, which checks it against the engine.
		rows.update(entry.row.id, change).catch(onFault);
		for (const listener of [...entry.listeners]) listener(shown(entry.row));
	}

	#nextEnd(): number | undefined {
		const ends = [...this.#entries.values()].map(({ row }) => Date.parse(row.leaseEndsAt));
		return ends.length === 0 ? undefined : Math.min(...ends);
	}

	async #reap(): Promise<void> {
		const expired = [...this.#entries.values()].filter(({ row }) => isExpired(row.leaseEndsAt, this.#parts.clock));
		const results = await Promise.allSettled(expired.map((entry) => this.#remove(entry)));
		const failed = results.find((result) => result.status === 'rejected');
		if (failed) throw failed.reason;
		await this.#sweepStrays();
	}

	async #sweepStrays(): Promise<void> {
		const strays = (await this.#parts.host.list()).filter((id) => !this.#entries.has(id));
		await Promise.all(strays.map((id) => this.#parts.host.destroy(id)));
	}

	async #adoptAll(): Promise<void> {
		const { rows, clock } = this.#parts;
		await Promise.all(
			(await rows.list()).map(async (row) => {
				const mayLive = row.state === 'ready' && !isExpired(row.leaseEndsAt, clock);
				// What is not adopted is a stray from here on.
				if (!mayLive || !(await this.#adopt(row))) await rows.remove(row.id);
			}),
		);
		this.#reaper.reschedule();
	}

	async #adopt(row: SandboxRow): Promise<boolean> {
		const { host, goLive } = this.#parts;
		const cluster = await host.adopt(row.id, row.topology);
		if (!cluster) return false;
		const ending = new AbortController();
		const entry: Entry<Live> = { row, listeners: new Set(), ending, making: Promise.resolve() };
		this.#entries.set(row.id, entry);
		await this.#ready(entry, cluster, goLive, false);
		return true;
	}
}

async function letGo<Live extends AsyncDisposable>(entry: Entry<Live>): Promise<void> {
	const { live, cluster } = entry;
	delete entry.live;
	delete entry.cluster;
	await live?.[Symbol.asyncDispose]();
	await cluster?.[Symbol.asyncDispose]();
}

/** What has failed has removed its nodes already; what is ending is on its way out and must not stop the next one. */
function takesRoom({ state }: SandboxRow): boolean {
	return state === 'making' || state === 'ready';
}

function shown({ learner: _, ...sandbox }: SandboxRow): Sandbox {
	return sandbox;
}

function withStage(stages: readonly Stage[], stage: Stage): Stage[] {
	const others = stages.filter(({ name }) => name !== stage.name);
	return stages.length === others.length
		? [...stages, stage]
		: stages.map((each) => (each.name === stage.name ? stage : each));
}
