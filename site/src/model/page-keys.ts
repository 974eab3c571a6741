// Page keys: the few keys that belong to the page everywhere, also inside a terminal.

/** The part of a keyboard event that tells which key it is. */
export interface KeyPress {
	key: string;
	code: string;
	altKey: boolean;
	ctrlKey: boolean;
	metaKey: boolean;
	shiftKey: boolean;
}

export type PageKey =
	| { type: 'region'; step: 1 | -1 }
	| { type: 'full-screen' }
	| { type: 'node'; number: number }
	| { type: 'help' };

/** What a key means to the page; the terminals leave these keys to it. */
export function pageKey(event: KeyPress): PageKey | undefined {
	const { key, code, altKey, ctrlKey, metaKey, shiftKey } = event;
	if (key === 'F6' && !altKey && !ctrlKey && !metaKey) return { type: 'region', step: shiftKey ? -1 : 1 };
	if (key === 'Enter' && altKey && !ctrlKey && !metaKey) return { type: 'full-screen' };
	// By position: with Ctrl+Alt many layouts make another character of a digit.
	const digit = /^Digit([1-9])$/.exec(code)?.[1];
	if (digit && ctrlKey && altKey && !metaKey) return { type: 'node', number: Number(digit) };
	if (key === '?' && !altKey && !ctrlKey && !metaKey) return { type: 'help' };
	return undefined;
}
