// HTTP request: one GET over a connection that somebody else has made.
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

export type HttpAnswer = { ok: true; status: number; body: string } | { ok: false; reason: string };

/** More of an answer than this says nothing new about it. */
const mostBytes = 65_536;

/** GETs `url` over `connection` and ends it. Nobody listening, or no answer in time, is an answer; throws only when aborted. */
export async function requestOnce(
	connection: Duplex,
	url: URL,
	options: { signal: AbortSignal; timeoutMs: number },
): Promise<HttpAnswer> {
	const deadline = AbortSignal.timeout(options.timeoutMs);
	try {
		return await get(connection, url, AbortSignal.any([options.signal, deadline]));
	} catch {
		options.signal.throwIfAborted();
		if (deadline.aborted) return { ok: false, reason: `has not answered within ${options.timeoutMs / 1000} s` };
		return { ok: false, reason: 'does not answer' };
	} finally {
		connection.destroy();
	}
}

function get(connection: Duplex, url: URL, signal: AbortSignal): Promise<HttpAnswer> {
	return new Promise((resolve, reject) => {
		const headers = { host: url.host, connection: 'close', 'user-agent': 'shoal' };
		const path = `${url.pathname}${url.search}`;
		// A refused connection may show as an error of the stream before the request has taken it over.
		connection.on('error', reject);
		// No `agent: false` here: with an agent of any kind, `createConnection` is not called.
		const sent = request({ createConnection: () => connection, path, headers, signal }, (response) => {
			const chunks: Buffer[] = [];
			let size = 0;
			const finish = () =>
				resolve({ ok: true, status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
			response.on('data', (chunk: Buffer) => {
				chunks.push(chunk.subarray(0, Math.max(0, mostBytes - size)));
				size += chunk.length;
				if (size >= mostBytes) finish();
			});
			response.on('end', finish);
			response.on('error', reject);
		});
		sent.on('error', reject);
		sent.end();
	});
}
