// Node engine: the Docker Engine inside a node, over connections that the outer engine dials into the node.
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LabError } from '#contract/errors.ts';
import type { CallOptions, DockerEvent, Engine, NodeEngine, Refusal } from './engine.ts';
import { jsonLines } from './json-lines.ts';

const answerTimeoutMs = 10_000;
const loadTimeoutMs = 300_000;
/** A node's engine may be anything that its learner put there: more than this is not listened to. */
const mostAnswerCharacters = 16 * 1024 * 1024;
const dockerSocket = 'unix:/var/run/docker.sock';
/** A connection is a process in the node, so few are enough; they are kept for the next question. */
const mostConnections = 3;

/** `node` is what errors call it. */
export function openNodeEngine(engine: Pick<Engine, 'dial'>, id: string, node = id.slice(0, 12)): NodeEngine {
	const agent = new Agent({ keepAlive: true, maxSockets: mostConnections, maxFreeSockets: 1 });
	// Events and uploads hold a connection for long: theirs are beside the pool.
	const apart = new Agent({ keepAlive: false });
	for (const each of [agent, apart]) each.createConnection = dialing(engine, id) as Agent['createConnection'];
	const unreachable = (cause: unknown) => {
		if (cause instanceof LabError && cause.code === 'node.unreachable') {
			return new LabError('node.unreachable', { ...cause.details, node }, { cause: cause.cause });
		}
		const reason = cause instanceof Error ? cause.message : String(cause);
		return new LabError('node.unreachable', { node, reason }, { cause });
	};

	const ask = async <T>(method: string, path: string, body: unknown, options: CallOptions = {}) => {
		const attempt = () =>
			bounded(options, answerTimeoutMs, async (signal) => {
				const { answer } = await send({
					agent,
					method,
					path,
					signal,
					body: body === undefined ? '' : JSON.stringify(body),
				});
				return parse<T>(answer);
			});
		try {
			// A kept connection may have died unnoticed; only a question may be asked twice.
			return await attempt().catch((error) => (method === 'GET' && error?.reused ? attempt() : Promise.reject(error)));
		} catch (error) {
			options.signal?.throwIfAborted();
			throw unreachable(error);
		}
	};

	return {
		get: (path, options) => ask('GET', path, undefined, options),
		post: (path, body, options) => ask('POST', path, body, options),

		async *events({ signal, onListening }) {
			try {
				const { answer } = await send({ agent: apart, method: 'GET', path: '/events', signal, body: '' });
				onListening?.();
				for await (const event of jsonLines(answer)) yield event as DockerEvent;
			} catch (error) {
				if (!signal.aborted) throw unreachable(error);
			}
		},

		loadImage: async (tar, options = {}) => {
			try {
				await bounded(options, loadTimeoutMs, async (signal) => {
					const { answer } = await send({
						agent: apart,
						method: 'POST',
						path: '/images/load?quiet=1',
						signal,
						body: tar,
					});
					for await (const line of jsonLines(answer)) {
						const { error } = line as { error?: string };
						if (error) throw new Error(error);
					}
				});
			} catch (error) {
				options.signal?.throwIfAborted();
				throw unreachable(error);
			}
		},

		close: async () => {
			agent.destroy();
			apart.destroy();
		},
	};
}

function dialing(engine: Pick<Engine, 'dial'>, id: string) {
	return (_options: object, done: (error: Error | null, connection?: Duplex) => void): undefined => {
		engine.dial(id, dockerSocket).then(
			(connection) => done(null, connection),
			(error) => done(error as Error),
		);
	};
}

interface Question {
	agent: Agent;
	method: string;
	path: string;
	signal: AbortSignal;
	body: string | Readable;
}

/** Sends a question and resolves with the answer's head. An error says with `reused` whether the connection was an old one. */
function send({ agent, method, path, signal, body }: Question): Promise<{ answer: IncomingMessage }> {
	return new Promise((resolve, reject) => {
		const json = typeof body === 'string';
		const headers = json
			? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
			: { 'content-type': 'application/x-tar' };
		const asked = request({ agent, method, path, host: 'docker', headers, signal }, (answer) => resolve({ answer }));
		asked.once('error', (error) => reject(Object.assign(error, { reused: asked.reusedSocket })));
		if (json) asked.end(body);
		else pipeline(body, asked).catch(reject);
	});
}

async function parse<T>(answer: IncomingMessage): Promise<{ ok: true; value: T } | { ok: false; refusal: Refusal }> {
	const status = answer.statusCode ?? 0;
	let text = '';
	answer.setEncoding('utf8');
	for await (const chunk of answer) {
		text += chunk;
		if (text.length > mostAnswerCharacters) throw new Error('its answer is too long');
	}
	const value: unknown = text.startsWith('{') || text.startsWith('[') || text.startsWith('"') ? JSON.parse(text) : text;
	// The caller names the type of each path's answer; Docker's API reference is the source.
	if (status < 300) return { ok: true, value: value as T };
	const message = (value as { message?: unknown }).message;
	return { ok: false, refusal: { status, message: typeof message === 'string' ? message : text.trim() } };
}

async function bounded<T>(
	options: CallOptions,
	defaultMs: number,
	call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const timeoutMs = options.timeoutMs ?? defaultMs;
	const timeout = AbortSignal.timeout(timeoutMs);
	try {
		return await call(options.signal ? AbortSignal.any([options.signal, timeout]) : timeout);
	} catch (error) {
		if (timeout.aborted) throw new Error(`no answer in ${timeoutMs / 1000} s`, { cause: error });
		throw error;
	}
}
