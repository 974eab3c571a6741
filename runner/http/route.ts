// Route: one row of the contract's route table, served. Input is parsed with the row's schemas before the handler runs.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type ResponseOf, type RouteName, routes } from '#contract/api.ts';
import { LabError } from '#contract/errors.ts';

interface Row {
	method: 'GET' | 'POST' | 'DELETE';
	path: string;
	query?: z.ZodType;
	body?: z.ZodType;
}
type InputOf<Name extends RouteName, Part extends 'query' | 'body'> =
	(typeof routes)[Name] extends Record<Part, infer Schema extends z.ZodType> ? z.infer<Schema> : undefined;

export interface Call<Name extends RouteName> {
	query: InputOf<Name, 'query'>;
	body: InputOf<Name, 'body'>;
	params: Record<string, string>;
	/** Aborted when the client goes away. */
	signal: AbortSignal;
	request: FastifyRequest;
	reply: FastifyReply;
}

/** Serves a row. Throws LabError `request.invalid` for input that its schemas refuse. */
export function serve<Name extends RouteName>(
	app: FastifyInstance,
	name: Name,
	handler: (call: Call<Name>) => ResponseOf<Name> | Promise<ResponseOf<Name>>,
): void {
	const row: Row = routes[name];
	app.route({
		method: row.method,
		url: row.path,
		handler: async (request, reply) => {
			const gone = new AbortController();
			reply.raw.once('close', () => gone.abort());
			return handler({
				// The row's schemas decide these types; the compiler cannot follow that through `parse`.
				query: parse('query', row.query, request.query) as InputOf<Name, 'query'>,
				body: parse('body', row.body, request.body) as InputOf<Name, 'body'>,
				params: request.params as Record<string, string>,
				signal: gone.signal,
				request,
				reply,
			});
		},
	});
}

function parse(where: string, schema: z.ZodType | undefined, value: unknown): unknown {
	if (!schema) return undefined;
	const parsed = schema.safeParse(value ?? {});
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	const path = [where, ...(issue?.path ?? [])].join('.');
	throw new LabError('request.invalid', { where: path, problem: issue?.message ?? 'not understood' });
}
