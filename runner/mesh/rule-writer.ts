// Rule writer: brings the namespaces of a node to the scripts that the rules say, and tries again what failed.
import type { Hand } from './hand.ts';
import type { Troubles } from './troubles.ts';

export interface RuleWriter {
	/** Writes, in the order given, what is not written yet. Resolves when each was tried once. */
	write(hand: Pick<Hand, 'run'>, scripts: ReadonlyMap<string, string>): Promise<void>;
	/** Somebody else changed the rules in the namespace, or in all: the next write writes them again. */
	forget(namespace?: string): void;
	isWritten(namespace: string): boolean;
	close(): void;
}

const firstPauseMs = 250;
const longestPauseMs = 8_000;
/** The hand's exit codes for a namespace that is not there, and for a hand that is gone: both bring news of their own. */
const namespaceGone = 125;
const handGone = -1;

export function createRuleWriter(parts: {
	/** Asks for another `write`. */
	again(): void;
	troubles: Pick<Troubles, 'is' | 'over'>;
	now?: () => number;
}): RuleWriter {
	const now = parts.now ?? (() => performance.now());
	const about = (namespace: string) => `rules of ${namespace}`;
	const written = new Map<string, string>();
	/** Namespace -> how often in a row. */
	const failing = new Map<string, number>();
	let retry: { at: number; timer: NodeJS.Timeout } | undefined;

	const retryIn = (pauseMs: number) => {
		const at = now() + pauseMs;
		if (retry && retry.at <= at) return;
		clearTimeout(retry?.timer);
		const timer = setTimeout(() => {
			retry = undefined;
			parts.again();
		}, pauseMs);
		retry = { at, timer };
	};

	const succeeded = (namespace: string, script: string) => {
		written.set(namespace, script);
		failing.delete(namespace);
		parts.troubles.over(about(namespace));
	};
	const failed = (namespace: string, why: string) => {
		const times = failing.get(namespace) ?? 0;
		failing.set(namespace, times + 1);
		const whose = namespace === '-' ? 'the node' : namespace;
		parts.troubles.is(about(namespace), `The rules of ${whose} cannot be written, and are tried again: ${why.trim()}`);
		retryIn(Math.min(firstPauseMs * 2 ** times, longestPauseMs));
	};

	return {
		async write(hand, scripts) {
			for (const namespace of [...written.keys(), ...failing.keys()]) {
				if (scripts.has(namespace)) continue;
				written.delete(namespace);
				failing.delete(namespace);
				parts.troubles.over(about(namespace));
			}
			for (const [namespace, script] of scripts) {
				if (written.get(namespace) === script) continue;
				const { status, body } = await hand.run(namespace, script);
				if (status === 0) succeeded(namespace, script);
				else if (status !== namespaceGone && status !== handGone) failed(namespace, body);
			}
		},
		forget(namespace) {
			if (namespace === undefined) written.clear();
			else written.delete(namespace);
		},
		isWritten: (namespace) => written.has(namespace),
		close: () => clearTimeout(retry?.timer),
	};
}
