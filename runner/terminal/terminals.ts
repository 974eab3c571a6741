// Terminals: the shells of one sandbox, one for each node, made when somebody first looks and shared by all who look.
import { LabError } from '#contract/errors.ts';
import type { Clock } from '../clock.ts';
import type { SandboxNode } from '../sandbox/cluster-access.ts';
import { Terminal, type TerminalViewer, type ViewerOptions } from './terminal.ts';

/** Pages of one sandbox, times its nodes: more is a program gone wrong. */
const mostViewers = 64;
/** The same in every life of the runner, so that it finds its shells again. */
const shellName = 'shell-1';

export interface Terminals extends AsyncDisposable {
	/** The node's terminal; a new shell when the last one has ended. Throws `sandbox.node-not-found`. */
	open(node: string): Promise<SharedTerminal>;
}

export interface SharedTerminal {
	/** Throws `terminal.too-many` and `node.unreachable`. */
	join(options: ViewerOptions): Promise<TerminalViewer>;
	/** Types a command into the shell, several lines too; `enter` runs the last one. Throws `node.unreachable`. */
	type(command: string, enter: boolean): Promise<void>;
}

/** No shell is started before it is asked for. Disposing detaches from the shells and leaves them running. */
export function createTerminals(nodes: readonly SandboxNode[], clock: Clock): Terminals {
	const terminals = new Map<string, Terminal>();
	let viewers = 0;

	const terminalOf = (node: SandboxNode): Terminal => {
		const known = terminals.get(node.name);
		if (known && known.endedBecause === undefined) return known;
		const made = new Terminal({
			node: node.name,
			name: shellName,
			open: node.openPipe,
			isRunning: node.isRunning,
			clock,
		});
		terminals.set(node.name, made);
		return made;
	};

	const join = async (terminal: Terminal, options: ViewerOptions): Promise<TerminalViewer> => {
		if (viewers >= mostViewers) throw new LabError('terminal.too-many', { most: mostViewers });
		viewers += 1;
		let isCounted = true;
		const uncount = () => {
			if (isCounted) viewers -= 1;
			isCounted = false;
		};
		const onClosed = (reason: string) => {
			uncount();
			options.onClosed(reason);
		};
		try {
			const viewer = await terminal.join({ ...options, onClosed });
			const leave = () => {
				uncount();
				viewer.leave();
			};
			return { ...viewer, leave };
		} catch (error) {
			uncount();
			throw error;
		}
	};

	return {
		async open(name) {
			const node = nodes.find((each) => each.name === name);
			if (!node) {
				throw new LabError('sandbox.node-not-found', { node: name, nodes: nodes.map((each) => each.name).join(', ') });
			}
			const terminal = terminalOf(node);
			return {
				join: (options) => join(terminal, options),
				type: (command, enter) => terminal.type(command, enter),
			};
		},
		async [Symbol.asyncDispose]() {
			await Promise.all([...terminals.values()].map((terminal) => terminal[Symbol.asyncDispose]()));
			terminals.clear();
		},
	};
}
