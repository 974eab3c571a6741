// Rule writer: brings the namespaces of a node to the scripts that the rules say, and tries again what failed.
import type { Hand } from './hand.ts';

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
/** Namespaces come and go while tasks do; what fails for longer is worth a word. */
const tellAfterMs = 5_000;
/** The hand's exit codes for a namespace that is not there, and for a hand that is gone: both bring news of their own. */
const namespaceGone = 125;
const handGone = -1;

export function createRuleWriter(parts: {
	/** Asks for another `write`. */
	again(): void;
	/** Told what goes on failing in a namespace, and with no sentence that it works again. */
	problem(namespace: string, sentence?: string): void;
	now?: () => number;
}): RuleWriter {
	const now = parts.now ?? (() => performance.now());
	const written = new Map<string, string>();
	const failing = new Map<string, { since: number; times: number }>();
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
		parts.problem(namespace);
	};
	const failed = (namespace: string, why: string) => {
		const { since, times } = failing.get(namespace) ?? { since: now(), times: 0 };
		failing.set(namespace, { since, times: times + 1 });
		if (now() - since >= tellAfterMs)
			parts.problem(
				namespace,
				`The rules of ${namespace === '-' ? 'the node' : namespace} could not be written, and are tried again: ${why.trim()}`,
			);
		retryIn(Math.min(firstPauseMs * 2 ** times, longestPauseMs));
	};

	return {
		async write(hand, scripts) {
			for (const namespace of [...written.keys(), ...failing.keys()]) {
				if (scripts.has(namespace)) continue;
				written.delete(namespace);
				failing.delete(namespace);
				parts.problem(namespace);
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
