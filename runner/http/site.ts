// The built site, served with the headers that keep other pages out of it.
import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { LabError } from '#contract/errors.ts';

/** Serves the folder that `npm run site` makes. Files with a hash in their name may be kept for ever, pages not at all. */
export async function serveSite(app: FastifyInstance, directory: string): Promise<void> {
	const policy = contentSecurityPolicy(await inlineScriptHashes(directory));
	app.addHook('onSend', async (_request, reply) => {
		reply.headers({
			'content-security-policy': policy,
			'cross-origin-opener-policy': 'same-origin',
			'cross-origin-resource-policy': 'same-origin',
			'referrer-policy': 'no-referrer',
			'x-content-type-options': 'nosniff',
		});
	});
	await app.register(fastifyStatic, {
		root: directory,
		index: 'index.html',
		redirect: true,
		cacheControl: false,
		setHeaders: (response, path) => {
			response.header('cache-control', path.includes('/_astro/') ? 'public, max-age=31536000, immutable' : 'no-cache');
		},
	});
	answerNotFound(app);
}

/** What is nowhere: a page for people, an error for programs. */
function answerNotFound(app: FastifyInstance): void {
	app.setNotFoundHandler((request, reply) => {
		const isPage =
			request.method === 'GET' && !request.url.startsWith('/api/') && /text\/html/.test(request.headers.accept ?? '');
		if (isPage) return reply.status(404).sendFile('404.html');
		throw new LabError('request.not-found', { path: request.url });
	});
}

/** Scripts of our own and the inline ones that the build made; styles inline too, because xterm.js sets them. */
export function contentSecurityPolicy(scriptHashes: string[]): string {
	return [
		"default-src 'self'",
		`script-src 'self' ${scriptHashes.map((hash) => `'sha256-${hash}'`).join(' ')}`.trim(),
		"style-src 'self' 'unsafe-inline'",
		"img-src 'self' data:",
		"connect-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	].join('; ');
}

async function inlineScriptHashes(directory: string): Promise<string[]> {
	const hashes = new Set<string>();
	for await (const file of glob('**/*.html', { cwd: directory })) {
		for (const script of inlineScripts(await readFile(`${directory}/${file}`, 'utf8'))) {
			hashes.add(createHash('sha256').update(script).digest('base64'));
		}
	}
	return [...hashes].sort();
}

/** The bodies of scripts without `src`, exactly as a browser hashes them. */
export function inlineScripts(html: string): string[] {
	return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
		.map((match) => match[1] ?? '')
		.filter((body) => body !== '');
}
