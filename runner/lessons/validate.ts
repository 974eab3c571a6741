// Validate: data from a lesson's frontmatter against the contract, with issues that a person can act on.
import { z } from 'zod';
import { amountSchema, checkSchemas, type Noun } from '#contract/check.ts';
import { commandSchema, type LessonFrontmatter, lessonSchema } from '#contract/lesson.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Path } from './frontmatter.ts';
import { issueMessage } from './issue-message.ts';
import { keysAt } from './schema-keys.ts';

/** `key`: the problem is the key itself, not its value. */
export interface Finding {
	path: Path;
	key?: string;
	message: string;
	hint?: string;
}

export type Validated = { ok: true; lesson: LessonFrontmatter } | { ok: false; findings: Finding[] };

/**
 * The lesson, or everything that is the matter with its data. Checks and wrong answers are validated apart from the rest: each
 * against the one schema that its keys ask for, so that nobody is shown the other branches of a union.
 */
export function validateLesson(data: unknown): Validated {
	const parsed = lessonSchema.safeParse(data);
	if (parsed.success) return { ok: true, lesson: parsed.data };
	const isOfUnion = (path: Path) =>
		path[0] === 'steps' && (path[2] === 'checks' || path[2] === 'wrong') && path.length > 3;
	const general = parsed.error.issues
		.filter((issue) => !isOfUnion(issue.path))
		.flatMap((issue) => toFindings(issue, [], data, lessonSchema));
	return { ok: false, findings: withoutEchoes([...general, ...stepFindings(data)]) };
}

/** A key that is "missing" because it was misspelt is the same mistake as the misspelt one, and is said once. */
function withoutEchoes(findings: Finding[]): Finding[] {
	return findings.filter(({ path, key, message }) => {
		const isMissing = key === undefined && message.endsWith(' is missing');
		const meant = `did you mean "${String(path.at(-1))}"?`;
		const parent = JSON.stringify(path.slice(0, -1));
		return (
			!isMissing || !findings.some((other) => JSON.stringify(other.path) === parent && other.message.includes(meant))
		);
	});
}

function stepFindings(data: unknown): Finding[] {
	return listAt(data, 'steps').flatMap((step, index) => [
		...listAt(step, 'checks').flatMap((check, number) => checkFindings(check, ['steps', index, 'checks', number])),
		...listAt(step, 'wrong').flatMap((wrong, number) => {
			const schema = Array.isArray(wrong) ? z.array(commandSchema).min(1) : commandSchema;
			return findingsOf(wrong, schema, ['steps', index, 'wrong', number]);
		}),
	]);
}

const nouns = Object.keys(checkSchemas) as Noun[];
const nounList = nouns.join(', ');

/** The noun is the first key of the check that is one: `network` is a noun of its own, and may stand in no other check. */
function checkFindings(check: unknown, path: Path): Finding[] {
	if (typeof check !== 'object' || check === null || Array.isArray(check)) {
		return [{ path, message: `a check is a set of keys that starts with one of ${nounList}` }];
	}
	const keys = Object.keys(check);
	const noun = keys.find((key): key is Noun => Object.hasOwn(checkSchemas, key));
	if (noun !== undefined) return findingsOf(check, checkSchemas[noun], path, `keys of a ${noun} check`);
	const [first = ''] = keys;
	const closest = didYouMean(first, nouns);
	const message = `a check starts with one of ${nounList}`;
	return [
		{ path, ...(first ? { key: first } : {}), message: closest ? `${message}; did you mean "${closest}"?` : message },
	];
}

/** What a schema finds in a value; `path` is where the value stands in the file. */
export function findingsOf(value: unknown, schema: z.ZodType, path: Path, keysAre?: string): Finding[] {
	const parsed = schema.safeParse(value);
	if (parsed.success) return [];
	return parsed.error.issues.flatMap((issue) => toFindings(issue, path, value, schema, keysAre));
}

/** `data` and the issue's path both begin at `base`. */
function toFindings(
	issue: z.core.$ZodIssue,
	base: Path,
	data: unknown,
	schema: z.ZodType,
	keysAre = 'known keys',
): Finding[] {
	const path = [...base, ...issue.path];
	if (issue.code === 'invalid_union') {
		// An amount written as a range: the range's own issues say more than "neither a number nor a range".
		const value = valueAt(data, issue.path);
		const branch = typeof value === 'object' ? issue.errors.find((issues) => issues.every(isInside)) : undefined;
		if (branch)
			return branch.flatMap((inner) => toFindings(inner, path, value, amountSchema.options[1], 'keys of a range'));
	}
	const repeated = issue.code === 'custom' && path.length === 1 && path[0] === 'steps' ? repeatedStep(data) : undefined;
	if (repeated) return [repeated];
	if (issue.code !== 'unrecognized_keys') {
		return [{ path, message: issueMessage({ ...issue, path }, valueAt(data, issue.path)) }];
	}
	const known = keysAt(schema, issue.path);
	return issue.keys.map((key) => {
		const closest = didYouMean(key, known);
		const whose = issue.path.length === 0 ? keysAre : `keys of "${String(issue.path.at(-1))}"`;
		const hint = `${typeof issue.path.at(-1) === 'number' ? 'known keys' : whose}: ${known.join(', ')}`;
		return { path, key, message: `unknown key "${key}"${closest ? `, did you mean "${closest}"?` : ''}`, hint };
	});
}

/** The contract says that a step ID is there twice; where, it cannot say. */
function repeatedStep(data: unknown): Finding | undefined {
	const ids = listAt(data, 'steps').map((step) => valueAt(step, ['id']));
	const index = ids.findIndex((id, place) => ids.indexOf(id) < place);
	if (index < 0) return undefined;
	return { path: ['steps', index, 'id'], message: `another step has the id "${String(ids[index])}" already` };
}

function isInside(issue: z.core.$ZodIssue): boolean {
	return issue.path.length > 0 || issue.code === 'unrecognized_keys';
}

function listAt(data: unknown, key: string): unknown[] {
	const list = valueAt(data, [key]);
	return Array.isArray(list) ? list : [];
}

function valueAt(data: unknown, path: Path): unknown {
	// Only looked at, never trusted: a path into anything gives what is there, or `undefined`.
	return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], data);
}
