// Routes about the runner itself.
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Engine } from '../engine/engine.ts';
import { serve } from './route.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
	version: string;
};

/** A health check must be quicker than whoever asks for it. */
const pingTimeoutMs = 2_000;

export function addStatusRoutes(
	app: FastifyInstance,
	parts: { engine: Engine; sandboxes: { readonly used: number; readonly most: number } },
): void {
	serve(app, 'health', async ({ signal }) => {
		const { used, most } = parts.sandboxes;
		const answers = await parts.engine.ping({ signal, timeoutMs: pingTimeoutMs }).then(
			() => true,
			() => false,
		);
		return { status: answers ? 'ready' : 'engine-unreachable', version, sandboxes: { used, most } };
	});
}
