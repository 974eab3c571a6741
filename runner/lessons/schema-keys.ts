// Schema keys: what a zod schema expects at a path of the data, for messages that name the known keys.
import type { z } from 'zod';
import type { Path } from './frontmatter.ts';

/** The keys that the object at `path` may have; none when the schema has no object there. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
	let current: unknown = schema;
	for (const key of path) current = childOf(bare(current), key);
	const found = bare(current);
	return isObject(found) ? Object.keys(found.shape) : [];
}

interface Def {
	innerType?: unknown;
	element?: unknown;
	options?: unknown[];
}

/** A schema without what `.optional()`, `.default()` and the like put around it; of a union, the branch that has keys. */
function bare(schema: unknown): unknown {
	const { innerType, options } = defOf(schema);
	const inner = innerType ?? options?.find((option) => isObject(bare(option)));
	return inner === undefined ? schema : bare(inner);
}

function childOf(schema: unknown, key: PropertyKey): unknown {
	if (isObject(schema)) return schema.shape[String(key)];
	return defOf(schema).element;
}

function isObject(schema: unknown): schema is { shape: Record<string, unknown> } {
	return typeof schema === 'object' && schema !== null && 'shape' in schema;
}

function defOf(schema: unknown): Def {
	// `def` is zod's documented way to look into a schema; its type is the union of all of them.
	return typeof schema === 'object' && schema !== null && 'def' in schema ? (schema.def as Def) : {};
}
