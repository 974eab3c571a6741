// Soft keys: what the keys of the on-screen bar send, for devices whose keyboards have none of them.

export const softKeys = {
	escape: '\x1b',
	tab: '\t',
	left: '\x1b[D',
	up: '\x1b[A',
	down: '\x1b[B',
	right: '\x1b[C',
} as const;
export type SoftKey = keyof typeof softKeys;

/** What a character means while Ctrl is held: `c` is interrupt. Anything without such a meaning stays what it is. */
export function withControl(data: string): string {
	const code = data.toUpperCase().charCodeAt(0);
	return data.length === 1 && code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : data;
}
