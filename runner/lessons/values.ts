// Values: what `{{swarm.workerToken}}` and `{{manager1.ip}}` in a lesson's commands stand for.
import { LabError } from '#contract/errors.ts';

/** A value, or why there is none yet. */
export type Value = { value: string } | { notYet: string };

/** By the name of a value; `undefined` for a name that means nothing. */
export type ValueLookup = (name: string) => Value | undefined;

/** Two words joined by a dot. Docker's own templates (`{{.Name}}`, `{{json .}}`) look different and stay as they are. */
const pattern = /\{\{\s*([a-z][a-zA-Z0-9]*\.[a-zA-Z][a-zA-Z0-9]*)\s*\}\}/g;

/** Names of values in a text, with where each stands, counted from 0: `[{ name: 'manager1.ip', index: 12 }]`. */
export function valuesIn(text: string): { name: string; index: number }[] {
	return [...text.matchAll(pattern)].map((match) => ({ name: match[1] ?? '', index: match.index }));
}

/** Every value that a sandbox with these nodes has. */
export function knownValues(nodes: readonly string[]): string[] {
	return ['swarm.workerToken', 'swarm.managerToken', ...nodes.map((node) => `${node}.ip`)];
}

/**
 * The text with its values filled in.
 *
 * @throws LabError `value.unknown` for a name that means nothing, `value.not-yet` for one that means nothing yet
 */
export function fillValues(text: string, lookup: ValueLookup, known: readonly string[] = []): string {
	return text.replace(pattern, (_, name: string) => {
		const found = lookup(name);
		if (found === undefined) throw new LabError('value.unknown', { name, known: known.join(', ') });
		if ('notYet' in found) throw new LabError('value.not-yet', { name, reason: found.notYet });
		return found.value;
	});
}

export interface JoinTokens {
	worker: string;
	manager: string;
}

/** The lookup for a sandbox. `tokens` are those of its swarm, or why there are none. */
export function valuesOf(
	nodes: readonly { name: string; address: string }[],
	tokens: JoinTokens | { notYet: string },
): ValueLookup {
	return (name) => {
		if (name === 'swarm.workerToken') return 'notYet' in tokens ? tokens : { value: tokens.worker };
		if (name === 'swarm.managerToken') return 'notYet' in tokens ? tokens : { value: tokens.manager };
		const node = nodes.find((candidate) => name === `${candidate.name}.ip`);
		return node && { value: node.address };
	};
}

/** A command with its values filled in; the swarm is asked for its tokens only when the command has one. Throws as `fillValues`. */
export async function fillCommand(
	text: string,
	nodes: readonly { name: string; address: string }[],
	askTokens: () => Promise<JoinTokens | { notYet: string }>,
): Promise<string> {
	const asks = valuesIn(text).some(({ name }) => name.startsWith('swarm.'));
	const tokens = asks ? await askTokens() : { notYet: 'nobody has asked' };
	return fillValues(text, valuesOf(nodes, tokens), knownValues(nodes.map((node) => node.name)));
}
