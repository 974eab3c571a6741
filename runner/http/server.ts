// The HTTP server: the page, the API and the socket on one port, with the rules that hold for every request.
import cookie from '@fastify/cookie';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { LabError } from '#contract/errors.ts';
import { bearerOf, cookieName } from './caller.ts';
import { answerError } from './errors.ts';
import { type Addresses, originProblem, ownOrigins } from './origin.ts';

/** Most bytes of one socket message: a pasted file, not a flood. */
const maxSocketMessageBytes = 1024 * 1024;

/** A server with the rules and no routes yet. `addresses` is asked on every request, since port 0 is known only later. */
export async function createServer(addresses: () => Addresses, logLevel: string): Promise<FastifyInstance> {
	const app = fastify({
		logger: { level: logLevel, redact: ['req.headers.cookie', 'req.headers.authorization'] },
		logController: new LogController({ disableRequestLogging: true }),
		bodyLimit: 256 * 1024,
		forceCloseConnections: true,
	});
	app.setErrorHandler(answerError);
	// First, because the rule about origins asks whether there is a cookie.
	await app.register(cookie);
	app.addHook('onRequest', async (request) => {
		const origins = ownOrigins(addresses());
		const problem = originProblem(
			{
				method: request.method,
				host: request.headers.host,
				origin: request.headers.origin,
				upgrade: request.headers.upgrade !== undefined,
				byCookie: bearerOf(request) === undefined && cookieName in request.cookies,
			},
			origins,
		);
		if (problem !== undefined) {
			throw new LabError('request.origin', { origin: problem, expected: origins[0] ?? 'its own address' });
		}
	});
	await app.register(websocket, { options: { maxPayload: maxSocketMessageBytes } });
	return app;
}
