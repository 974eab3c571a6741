// Amount: whether a count is what a check asks for, and how to say so.
import type { Amount } from '#contract/check.ts';

/** `3` is exactly three; `{ min: 2, max: 4 }` is two to four; an end that is left out is open. */
export function matches(amount: Amount, count: number): boolean {
	if (typeof amount === 'number') return count === amount;
	return count >= (amount.min ?? 0) && count <= (amount.max ?? Number.POSITIVE_INFINITY);
}

/** `3`, `at least 2`, `at most 4`, `2 to 4`. */
export function inWords(amount: Amount): string {
	if (typeof amount === 'number') return String(amount);
	const { min, max } = amount;
	if (min !== undefined && max !== undefined) return min === max ? String(min) : `${min} to ${max}`;
	if (min !== undefined) return `at least ${min}`;
	return max === undefined ? 'any number' : `at most ${max}`;
}

/** `1 replica`, `3 replicas`, `no replicas`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
	return count === 0 ? `no ${plural}` : `${count} ${count === 1 ? singular : plural}`;
}

/** `worker1`, `worker1 and worker2`, `a, b and c`. */
export function listed(names: readonly string[]): string {
	const last = names.at(-1) ?? '';
	return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
