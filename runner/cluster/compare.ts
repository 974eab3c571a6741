// Compare: the order of names in the cluster state.

/** Plain order of code units; `localeCompare` would depend on the machine. */
export function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
