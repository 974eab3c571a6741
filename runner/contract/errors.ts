// Errors: every code the API, the socket and the command line can answer with, its status and its sentence.
import { z } from 'zod';

/** One row per error: HTTP status, and a sentence that says what is wrong and what to do. `{x}` is filled from details. */
export const errorTable = {
	'request.invalid': { status: 400, message: '{where}: {problem}' },
	'learner.unknown': { status: 401, message: 'This request says no learner. Ask for a token with POST /api/learners.' },
	'learner.too-many': { status: 429, message: 'Too many new learners at once. Try again in a minute.' },
	'request.origin': { status: 403, message: 'Requests from {origin} are not accepted. Open Shoal at {expected}.' },
	'request.not-found': { status: 404, message: 'There is nothing at {path}.' },
	'lesson.not-found': { status: 404, message: 'There is no lesson "{lesson}".' },
	'sandbox.not-found': { status: 404, message: 'This sandbox is gone, or it is not yours. Start a new one.' },
	'sandbox.node-not-found': { status: 404, message: 'This sandbox has no node "{node}". It has {nodes}.' },
	'sandbox.too-many': { status: 409, message: 'You have {most} sandboxes open already. Close one of them first.' },
	'sandbox.not-ready': { status: 409, message: 'The sandbox is still being made. Wait until it is ready.' },
	'sandbox.failed': { status: 502, message: 'The sandbox could not be made: {reason}' },
	'sandbox.busy': {
		status: 429,
		message: 'This sandbox runs {most} commands of programs already. Wait for one to end.',
	},
	'value.unknown': { status: 422, message: 'There is no value "{{{name}}}". Known values: {known}.' },
	'value.not-yet': { status: 409, message: '"{{{name}}}" has no value yet: {reason}' },
	'engine.full': {
		status: 503,
		message: 'No room right now: {used} of {most} sandboxes are in use. Try again in a few minutes.',
	},
	'engine.unreachable': {
		status: 503,
		message: 'The Docker Engine does not answer ({reason}). Try again; if it lasts, run "npm run shoal -- doctor".',
	},
	'engine.timeout': {
		status: 504,
		message: 'The Docker Engine did not answer in {seconds} s while {doing}. Try again.',
	},
	'engine.missing': { status: 503, message: 'There is no Docker Engine that Shoal can use: {reason} {remedy}' },
	'engine.start': { status: 503, message: 'The embedded engine could not be started: {reason}' },
	'engine.refused': { status: 502, message: 'The Docker Engine refused {doing}: {reason}' },
	'engine.build': { status: 500, message: 'The image {image} could not be built:\n{output}' },
	'host.command': { status: 500, message: '"{command}" failed: {output}' },
	'node.unreachable': { status: 503, message: '{node} does not answer ({reason}).' },
	'site.failed': { status: 500, message: 'The site could not be built:\n{output}' },
	'instance.running': {
		status: 409,
		message: 'Shoal "{instance}" runs already, as process {pid}. Stop it first, or name another with SHOAL_INSTANCE.',
	},
	'port.taken': {
		status: 409,
		message: 'Port {port} on {host} is taken by another program. Name another with SHOAL_PORT.',
	},
	'terminal.too-many': { status: 429, message: 'This sandbox has {most} open terminals already. Close one first.' },
	internal: { status: 500, message: 'Something went wrong in the runner. The log has the details under {reference}.' },
} as const;
export type ErrorCode = keyof typeof errorTable;

export const errorBodySchema = z.strictObject({
	error: z.strictObject({
		code: z.string().describe('Stable, for programs.'),
		message: z.string().describe('One sentence, for people.'),
		retry: z.boolean().describe('Whether the same request may work a little later.'),
	}),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** An error with a code from the table. Thrown anywhere, caught only at the edges (http, sockets, cli). */
export class LabError extends Error {
	readonly code: ErrorCode;
	readonly details: Record<string, string | number>;

	constructor(code: ErrorCode, details: Record<string, string | number> = {}, options?: { cause?: unknown }) {
		super(sentence(code, details), options);
		this.name = 'LabError';
		this.code = code;
		this.details = details;
	}

	get status(): number {
		return errorTable[this.code].status;
	}

	toBody(): ErrorBody {
		return {
			error: {
				code: this.code,
				message: this.message,
				retry: this.status >= 500 || this.status === 409 || this.status === 429,
			},
		};
	}
}

function sentence(code: ErrorCode, details: Record<string, string | number>): string {
	return errorTable[code].message.replace(/\{(\w+)\}/g, (whole, key: string) => String(details[key] ?? whole));
}
