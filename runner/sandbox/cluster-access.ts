// Cluster access: all that Shoal asks of a sandbox's nodes, wherever they run: make, dial into, watch, break, destroy.
//
// Today the nodes run on one engine beside the runner (engine-host.ts). Nothing here assumes that: a host on another
// machine implements the same interface over a connection.
import type { Duplex } from 'node:stream';
import type { Topology } from '#contract/topology.ts';
import type { CallOptions, ExecResult, NodeEngine, PipeStream } from '../engine/engine.ts';
import type { StageListener } from './stages.ts';

export type NodeAction = 'stop' | 'kill' | 'start' | 'restart' | 'pause' | 'unpause';

/** One node, for as long as its sandbox is live. Calls throw `node.unreachable` when the node does not run. */
export interface SandboxNode {
	/** `manager1` */
	readonly name: string;
	/** IPv4 address on the sandbox's network. */
	readonly address: string;
	/** Container ID on the engine that it runs on. */
	readonly containerId: string;
	/** The node's own Docker Engine: questions, events, images. */
	readonly engine: NodeEngine;
	exec(argv: string[], options?: CallOptions & { stdin?: string }): Promise<ExecResult>;
	openPipe(argv: string[], options?: CallOptions): Promise<PipeStream>;
	/** `tcp:127.0.0.1:8080`, `unix:/var/run/docker.sock`, as seen from inside. */
	dial(address: string, options?: CallOptions): Promise<Duplex>;
	/** False when it was stopped, killed or removed. A paused node counts as running. */
	isRunning(options?: CallOptions): Promise<boolean>;
	/** Failure injection, and its undoing. */
	act(action: NodeAction, options?: CallOptions): Promise<void>;
}

/** The nodes of one sandbox. Disposing closes connections; the nodes run on. */
export interface SandboxCluster extends AsyncDisposable {
	/** In topology order. */
	readonly nodes: readonly SandboxNode[];
}

export interface ClusterRequest {
	sandbox: string;
	learner: string;
	topology: Topology;
	/** Images that every node has from the start. */
	images: readonly string[];
}

/** Where sandboxes' nodes run. */
export interface ClusterHost {
	/**
	 * Makes the nodes, loads their images, and forms the swarm if the topology says so. On failure, or when aborted,
	 * nothing is left. Throws `sandbox.failed` and the engine's errors.
	 */
	make(request: ClusterRequest, options: { signal: AbortSignal; onStage: StageListener }): Promise<SandboxCluster>;
	/** The nodes that an earlier life of the runner made; `undefined` when they are not all there, or none runs. */
	adopt(sandbox: string, topology: Topology): Promise<SandboxCluster | undefined>;
	/** Removes nodes and network. Repeating it, or with nothing there, is fine. */
	destroy(sandbox: string): Promise<void>;
	/** Sandboxes of which anything is there, whole or not. */
	list(): Promise<string[]>;
	/** How many sandboxes the host takes at a time. */
	capacity(): Promise<number>;
}
