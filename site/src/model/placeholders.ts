// Placeholders: the `{{...}}` values in a command, which the runner fills in when the command is run.

export interface Placeholder {
	/** Offsets in the command. */
	from: number;
	to: number;
	/** `swarm.workerToken` */
	name: string;
	/** `worker token` */
	words: string;
}

/** The placeholders of a command, in order. Docker's own templates (`{{.Name}}`, `{{json .}}`) are none. */
export function findPlaceholders(command: string): Placeholder[] {
	return [...command.matchAll(/\{\{\s*([a-z][a-zA-Z0-9]*\.[a-zA-Z][a-zA-Z0-9]*)\s*\}\}/g)].map((match) => {
		const name = match[1] ?? '';
		return { from: match.index, to: match.index + match[0].length, name, words: wordsFor(name) };
	});
}

/** `swarm.workerToken` -> `worker token`, `manager1.ip` -> `manager1 IP`. */
export function wordsFor(name: string): string {
	const [owner = '', ...rest] = name.split('.');
	const property = rest
		.join(' ')
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.replace(/\b(ip|id|url)\b/g, (word) => word.toUpperCase());
	if (owner === 'swarm' && property) return property;
	return property ? `${owner} ${property}` : owner;
}
