// Issue message: what zod found, in the words of somebody who helps to write a lesson.
import type { z } from 'zod';
import { didYouMean } from './did-you-mean.ts';

type Issue = z.core.$ZodIssue;

const typeNames: Record<string, string> = {
	string: 'a text',
	number: 'a number',
	int: 'a whole number',
	boolean: 'true or false',
	array: 'a list',
	object: 'a set of keys',
	record: 'a set of keys',
};

/** The value at fault is `value`; the last key of the issue's path is what it is called. */
export function issueMessage(issue: Issue, value: unknown): string {
	const name = nameOf(issue.path);
	if (value === null) return `${name} is empty`;
	switch (issue.code) {
		case 'invalid_type':
			if (value === undefined) return `${name} is missing`;
			return `${name} should be ${typeNames[issue.expected] ?? issue.expected}, not ${shown(value)}`;
		case 'invalid_value': {
			const values = issue.values.map(String);
			if (value === undefined) return `${name} is missing`;
			const closest = typeof value === 'string' ? didYouMean(value, values) : undefined;
			const expected = `${name} should be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}, not ${shown(value)}`;
			return closest ? `${expected}; did you mean "${closest}"?` : expected;
		}
		case 'too_small':
			if (issue.origin === 'array')
				return `${name} should have at least ${plural(Number(issue.minimum), 'entry', 'entries')}`;
			if (issue.origin === 'string') return `${name} should not be empty`;
			return `${name} should be at least ${issue.minimum}, not ${shown(value)}`;
		case 'too_big':
			if (issue.origin === 'array')
				return `${name} should have at most ${plural(Number(issue.maximum), 'entry', 'entries')}`;
			return `${name} should be at most ${issue.maximum}, not ${shown(value)}`;
		case 'invalid_union':
			// The one union that is left: an amount.
			return `${name} should be a whole number such as 3, or a range such as { min: 2 }, not ${shown(value)}`;
		case 'invalid_format':
			return `${name} is ${shown(value)}; ${issue.message}`;
		default:
			return issue.message;
	}
}

function nameOf(path: readonly PropertyKey[]): string {
	const last = path.at(-1);
	if (last === undefined) return 'the frontmatter';
	if (typeof last !== 'number') return `"${String(last)}"`;
	const list = path.at(-2);
	return list === undefined ? `entry ${last + 1}` : `entry ${last + 1} of "${String(list)}"`;
}

function shown(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'a set of keys';
	return typeof value === 'string' ? `"${value}"` : String(value);
}

function plural(count: number, one: string, many: string): string {
	return `${count} ${count === 1 ? one : many}`;
}
