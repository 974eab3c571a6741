// Lab: everything the lesson page knows and can do, with nothing of how it looks.
import type { ClusterState } from '#contract/cluster.ts';
import type { Sandbox, Trouble } from '#contract/sandbox.ts';
import type { ServerFrame } from '#contract/socket.ts';
import { strings } from '../strings.ts';
import type { Api } from './api-client.ts';
import { type Clock, within } from './clock.ts';
import { type Connection, type ConnectionState, createConnection, type OpenSocket } from './connection.ts';
import type { Problem } from './problem.ts';
import { createSession, type Session } from './session.ts';
import { type Signal, signal } from './signal.ts';
import { createSteps, type Steps, type StepView } from './steps.ts';
import { createTerminals, type Terminals } from './terminals.ts';

export interface RunRequest {
	node: string;
	/** As the lesson has it, `{{...}}` and all. */
	command: string;
	enter: boolean;
}

export interface Lab {
	readonly lesson: string;
	/** Names of the lesson's nodes, managers first. */
	readonly nodes: readonly string[];
	readonly api: Api;
	readonly clock: Clock;
	readonly session: Session;
	readonly steps: Steps;
	/** `closed` while there is no sandbox. */
	readonly connection: Signal<ConnectionState>;
	readonly cluster: Signal<ClusterState | undefined>;
	/** What is wrong with nodes, for as long as it is. */
	readonly troubles: Signal<readonly Trouble[]>;
	/** New ones for each sandbox; nothing before it is ready. */
	readonly terminals: Signal<Terminals | undefined>;
	/** The node whose terminal is in front. */
	readonly front: Signal<string>;
	/** Brings a node's terminal to the front. */
	choose(node: string): void;
	/** Called when the learner must see the terminals: something is about to be typed there. */
	onReveal(listener: () => void): void;
	/** Called with each step that passes while the page looks on. */
	onPass(listener: (step: StepView, number: number) => void): void;
	/** Types a command into a node's terminal, and makes a sandbox first when there is none. */
	run(request: RunRequest): Promise<Problem | undefined>;
	retryNow(): void;
}

export interface LabOptions {
	lesson: string;
	nodes: readonly string[];
	stepIds: readonly string[];
	api: Api;
	openSocket: OpenSocket;
	clock: Clock;
	random: () => number;
}

/** A terminal that is not there after this long will not come by itself. */
const openWithinMs = 15_000;
const ranWithinMs = 20_000;
/** Longer than a sandbox has ever taken, shorter than patience. */
const readyWithinMs = 120_000;

export function createLab(options: LabOptions): Lab {
	const { lesson, nodes, api, clock } = options;
	const session = createSession({ api, lesson });
	const steps = createSteps(options.stepIds);
	const state = signal<ConnectionState>({ type: 'closed' });
	const cluster = signal<ClusterState | undefined>(undefined);
	const troubles = signal<readonly Trouble[]>([]);
	const terminals = signal<Terminals | undefined>(undefined);
	const front = signal(nodes[0] ?? '');
	const revealListeners = new Set<() => void>();
	const passListeners = new Set<(step: StepView, number: number) => void>();
	const running = new Map<string, (problem: Problem | undefined) => void>();
	let connection: Connection | undefined;
	let connectedTo: string | undefined;
	let runs = 0;

	function attach(sandbox: Sandbox) {
		if (connectedTo !== sandbox.id) {
			detach();
			connectedTo = sandbox.id;
			connection = createConnection({
				path: `/api/sandboxes/${encodeURIComponent(sandbox.id)}/socket`,
				openSocket: options.openSocket,
				clock,
				random: options.random,
				onFrame: take,
				onBytes: (frame) => terminals.value?.bytes(frame),
				stillThere: session.stillThere,
			});
			connection.state.subscribe((value) => {
				state.set(value);
				if (value.type === 'open') terminals.value?.connected();
				else terminals.value?.disconnected();
			});
		}
		if (sandbox.state === 'ready' && !terminals.value) {
			terminals.set(
				createTerminals({
					nodes,
					clock,
					send: (frame) => connection?.send(frame) ?? false,
					sendInput: (channel, bytes) => connection?.sendInput(channel, bytes) ?? false,
				}),
			);
		}
	}

	function detach() {
		connection?.close();
		connection = undefined;
		connectedTo = undefined;
		terminals.set(undefined);
		cluster.set(undefined);
		troubles.set([]);
		steps.forget();
		for (const settle of running.values()) settle(strings.problem.sandboxGone);
		running.clear();
	}

	session.state.subscribe((value) => {
		if (value.type === 'live') attach(value.sandbox);
		else detach();
	});

	function take(frame: ServerFrame) {
		switch (frame.type) {
			case 'sandbox':
				return session.take(frame.sandbox);
			case 'cluster':
				return cluster.set(frame.cluster);
			case 'steps':
				for (const step of steps.take(frame.steps)) {
					const number = options.stepIds.indexOf(step.id) + 1;
					for (const listener of passListeners) listener(step, number);
				}
				return;
			case 'opened':
				return terminals.value?.opened(frame.channel);
			case 'closed':
				return terminals.value?.ended(frame.channel, frame.reason);
			case 'ran':
				return running.get(frame.id)?.(frame.error);
			case 'error':
				if (frame.channel !== undefined) return terminals.value?.refused(frame.channel, frame.error);
				if (frame.error.code === 'sandbox.not-found') session.end();
				return;
			case 'troubles':
				return troubles.set(frame.troubles);
			case 'pong':
				return;
		}
	}

	/** Waits until the sandbox is ready. Resolves with what stood in the way, if anything did. */
	function ready(): Promise<Problem | undefined> {
		const { promise, resolve } = Promise.withResolvers<Problem | undefined>();
		const stop = session.state.subscribe((value) => {
			if (value.type === 'live' && value.sandbox.state === 'ready') resolve(undefined);
			if (value.type === 'failed') resolve(value.problem);
			if (value.type === 'no-runner') resolve(strings.problem.noRunnerHere);
			if (value.type === 'ended') resolve(strings.problem.sandboxGone);
		});
		return within(clock, readyWithinMs, promise, strings.problem.tooSlow).finally(stop);
	}

	async function run({ node, command, enter }: RunRequest): Promise<Problem | undefined> {
		if (!nodes.includes(node)) return strings.problem.noSuchNode(node, nodes);
		front.set(node);
		for (const listener of revealListeners) listener();
		const { type } = session.state.value;
		if (type === 'asking' || type === 'no-runner') await session.look();
		if (['none', 'failed', 'ended'].includes(session.state.value.type)) void session.start();
		const problem = await ready();
		if (problem) return problem;
		const shells = terminals.value;
		shells?.reopen(node);
		if (!shells || !(await shells.whenOpen(node, openWithinMs))) return strings.problem.noTerminal(node);
		const id = `run-${++runs}`;
		const { promise, resolve } = Promise.withResolvers<Problem | undefined>();
		running.set(id, resolve);
		if (!connection?.send({ type: 'run', id, node, command, enter })) resolve(strings.problem.notConnected);
		return within(clock, ranWithinMs, promise, strings.problem.noAnswer).finally(() => running.delete(id));
	}

	return {
		lesson,
		nodes,
		api,
		clock,
		session,
		steps,
		connection: state,
		cluster,
		troubles,
		terminals,
		front,
		run,
		choose: (node) => front.set(node),
		onReveal: (listener) => void revealListeners.add(listener),
		onPass: (listener) => void passListeners.add(listener),
		retryNow: () => connection?.retryNow(),
	};
}
