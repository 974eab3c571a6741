// Cluster: what the conformance suite needs of some nodes. Who makes them, and how, is an argument of the suite.
import type { Topology } from '#contract/topology.ts';

export interface Answer {
	exitCode: number;
	stdout: string;
	stderr: string;
}

/** Nodes of one swarm, formed or not. */
export interface Cluster extends AsyncDisposable {
	/** `manager1`, `worker1`, in topology order. */
	nodes: string[];
	/** IPv4 address of a node on the cluster's network. */
	address(node: string): string;
	/** Runs a bash script on a node. */
	run(node: string, script: string, timeoutMs: number): Promise<Answer>;
	/** What is wrong with the cluster that Docker says nowhere, as the learner is told it in a moment. */
	told(): Promise<string[]>;
	setNode(node: string, action: 'stop' | 'kill' | 'start' | 'restart' | 'pause' | 'unpause'): Promise<void>;
}

/** Makes nodes that answer, with these images loaded, and their swarm if the topology says `formed`. */
export type MakeCluster = (topology: Topology, images: string[]) => Promise<Cluster>;
