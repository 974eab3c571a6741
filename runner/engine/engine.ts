// Engine: what Shoal asks of the Docker Engine that learners' nodes run on, and of the engine inside a node.
//
// Everything above this folder speaks these interfaces; dockerode is imported here alone. Every call has a timeout,
// takes an AbortSignal, is safe to repeat (removing what is gone is no error), and fails with a LabError
// `engine.unreachable`, `engine.timeout` or, for what a node says, `node.unreachable`.
import type { Duplex, Readable } from 'node:stream';

/** Labels on everything Shoal makes on an engine. */
export const label = {
	/** The instance (`default`, `test`) that made it: `shoal down` removes by this one. */
	instance: 'shoal.instance',
	sandbox: 'shoal.sandbox',
	node: 'shoal.node',
	learner: 'shoal.learner',
} as const;

/** The label of sandboxes that prove lessons: a runner of the same instance leaves them alone, `shoal down` does not. */
export const proofInstance = (instance: string) => `${instance}-proof`;

export interface EngineFacts {
	version: string;
	apiVersion: string;
	kind: 'embedded' | 'given';
	os: string;
	architecture: string;
	cpus: number;
	memoryBytes: number;
	/** Host user ID that is root inside a node; `undefined` without user namespaces. */
	remappedUid: number | undefined;
	cgroup: 1 | 2;
	cgroupDriver: string;
	/** Whether it can forbid system calls to a container. */
	seccomp: boolean;
	/** How nodes run here: `unprivileged` in a user namespace, or `capabilities` (what the engine allows). */
	profile: 'unprivileged' | 'capabilities';
	/** Capabilities to drop in the `capabilities` profile because the engine cannot grant them: `['SYS_RESOURCE']`. */
	dropCapabilities: string[];
}

export interface NetworkSpec {
	name: string;
	/** `10.213.0.16/28` */
	subnet: string;
	/** No way out of the network. */
	internal: boolean;
	labels: Record<string, string>;
}

export interface NodeSpec {
	/** Container name, unique on the engine. */
	name: string;
	/** `manager1`: hostname and network alias. */
	hostname: string;
	image: string;
	networkId: string;
	/** IPv4 address to give it; inside the network's subnet. */
	address: string;
	labels: Record<string, string>;
	limits: { memoryBytes: number; cpus: number; pids: number };
}

export interface ExecResult {
	exitCode: number;
	stdout: string;
	stderr: string;
}

export interface CallOptions {
	signal?: AbortSignal;
	timeoutMs?: number;
}

/** A command in a container: `duplex` writes its stdin and reads its stdout; destroying it closes stdin. */
export interface PipeStream {
	duplex: Duplex;
	/** Exit code, once it has ended or the container has; `undefined` when the engine cannot say. */
	ended: Promise<number | undefined>;
}

export interface ContainerInfo {
	id: string;
	name: string;
	state: string;
	labels: Record<string, string>;
	/** Network name -> IPv4 address. */
	addresses: Record<string, string>;
}

export interface Engine {
	facts(options?: CallOptions): Promise<EngineFacts>;
	ping(options?: CallOptions): Promise<void>;

	createNetwork(spec: NetworkSpec, options?: CallOptions): Promise<string>;
	removeNetwork(id: string, options?: CallOptions): Promise<void>;
	listNetworks(
		labels: Record<string, string>,
		options?: CallOptions,
	): Promise<{ id: string; name: string; subnet: string; labels: Record<string, string> }[]>;

	/** Creates and starts a node container, with its cgroup delegated. Resolves with the container ID. */
	startNode(spec: NodeSpec, options?: CallOptions): Promise<string>;
	/** Removes a container with its anonymous volumes. */
	removeNode(id: string, options?: CallOptions): Promise<void>;
	listNodes(labels: Record<string, string>, options?: CallOptions): Promise<ContainerInfo[]>;
	/**
	 * Removes volumes that nodes left behind: an engine that was killed beside its nodes takes a node's volume for mounted
	 * until it is started again, and keeps it.
	 */
	removeVolumes(labels: Record<string, string>, options?: CallOptions): Promise<void>;
	/** Failure injection, and its undoing. `start` delegates the cgroup again. */
	setNode(
		id: string,
		action: 'stop' | 'kill' | 'start' | 'restart' | 'pause' | 'unpause',
		options?: CallOptions,
	): Promise<void>;

	/** Runs a program to its end. Output beyond 1 MiB is cut. */
	exec(id: string, argv: string[], options?: CallOptions & { stdin?: string | Readable }): Promise<ExecResult>;
	/** Runs a program that stays, speaking over its stdin and stdout. Its stderr is dropped. */
	openPipe(id: string, argv: string[], options?: CallOptions): Promise<PipeStream>;
	/** Connects to a socket inside a container: `unix:/var/run/docker.sock`, `tcp:127.0.0.1:8080`. Ends are propagated. */
	dial(id: string, address: string, options?: CallOptions): Promise<Duplex>;

	/** The Docker Engine inside a node. Close it when done. */
	nodeEngine(id: string): NodeEngine;

	/** True when the engine has the image. */
	hasImage(reference: string, options?: CallOptions): Promise<boolean>;
	/** An image as a `docker save` tar. */
	saveImage(reference: string, options?: CallOptions): Promise<Readable>;

	close(): Promise<void>;
}

/** One event of a Docker Engine, as `GET /events` sends it. */
export interface DockerEvent {
	Type: string;
	Action: string;
	Actor: { ID: string; Attributes: Record<string, string> };
	scope?: string;
	timeNano?: number;
}

/** An HTTP answer of a node's engine that is not 2xx: status and Docker's own message. */
export interface Refusal {
	status: number;
	message: string;
}

export interface NodeEngine {
	/** `GET path`, parsed. A refusal is a value: a worker that is asked for services answers 503. */
	get<T>(path: string, options?: CallOptions): Promise<{ ok: true; value: T } | { ok: false; refusal: Refusal }>;
	post<T>(
		path: string,
		body: unknown,
		options?: CallOptions,
	): Promise<{ ok: true; value: T } | { ok: false; refusal: Refusal }>;
	/** Events from now on; ends when the engine does or when aborted. The iterator's first step resolves only when listening. */
	events(options: { signal: AbortSignal; onListening?: () => void }): AsyncIterable<DockerEvent>;
	/** `docker load`. */
	loadImage(tar: Readable, options?: CallOptions): Promise<void>;
	close(): Promise<void>;
}
