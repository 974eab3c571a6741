// Behaviour: one row of the conformance table, and how a script in it is read.
import type { Topology } from '#contract/topology.ts';

export interface Behaviour {
	/** What Docker does, as one statement. */
	name: string;
	/** Path on docs.docker.com that promises it. */
	docs: string;
	/**
	 * Bash, with the prelude's words. It runs on manager1 until a line `@worker1` says another node; a line
	 * `!kill worker1` does that to the node; a line `!told` prints what the learner is told is wrong with the cluster.
	 * The addresses of the nodes are in $MANAGER1, $WORKER1, ...; $WORKER_TOKEN and $MANAGER_TOKEN are what
	 * `docker swarm join` takes.
	 */
	script: string;
	/** What the output of the whole script must match. */
	expect: RegExp;
	/** Part of `npm test`. */
	short?: boolean;
	/** Seconds for the whole script, on a real machine. Default: 60. */
	seconds?: number;
}

/** Behaviours that are tried one after the other in one cluster. */
export interface Group {
	name: string;
	topology: Topology;
	images: string[];
	behaviours: Behaviour[];
	/** Services of a behaviour stay for the next one. */
	keep?: boolean;
}

export type NodeAction = 'stop' | 'kill' | 'start' | 'restart' | 'pause' | 'unpause';
export type Part =
	| { type: 'run'; node: string; script: string }
	| { type: 'set'; node: string; action: NodeAction }
	| { type: 'told' };

/** The parts of a script, in order. Throws on an action that there is none of. */
export function partsOf(script: string): Part[] {
	const parts: Part[] = [];
	let node = 'manager1';
	let lines: string[] = [];
	const flush = () => {
		if (lines.some((line) => line.trim())) parts.push({ type: 'run', node, script: lines.join('\n') });
		lines = [];
	};
	for (const line of script.split('\n')) {
		const [, elsewhere] = /^\s*@(\w+)\s*$/.exec(line) ?? [];
		const [, action, whom] = /^\s*!(\w+) (\w+)\s*$/.exec(line) ?? [];
		if (elsewhere) {
			flush();
			node = elsewhere;
		} else if (action && whom) {
			flush();
			if (!/^(stop|kill|start|restart|pause|unpause)$/.test(action))
				throw new Error(`nodes cannot be told to ${action}`);
			parts.push({ type: 'set', node: whom, action: action as NodeAction });
		} else if (/^\s*!told\s*$/.test(line)) {
			flush();
			parts.push({ type: 'told' });
		} else lines.push(line);
	}
	flush();
	return parts;
}
