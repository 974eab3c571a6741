// API client: calls the routes of the contract and checks that the answers are what it says.

import { type ResponseOf, type RouteName, routes } from '#contract/api.ts';
import { errorBodySchema } from '#contract/errors.ts';
import { strings } from '../strings.ts';
import { type Answer, failure } from './problem.ts';

/** The part of `fetch` that the client needs. */
export type Fetch = (
	url: string,
	init: { method: string; headers: Record<string, string>; body?: string },
) => Promise<{ status: number; text(): Promise<string> }>;

export interface Call {
	/** Values for `:name` in the path. */
	params?: Record<string, string>;
	query?: Record<string, string | number>;
	body?: unknown;
}

export type Api = <Name extends RouteName>(name: Name, call?: Call) => Promise<Answer<ResponseOf<Name>>>;

/**
 * A client for the runner of the same origin. Who has no cookie yet gets one (`POST /api/learners`) before anything is
 * asked in earnest: the first 401 makes a learner and repeats the call, and calls that come meanwhile wait for it.
 */
export function createApi(fetch: Fetch): Api {
	let joining: Promise<Answer<unknown>> | undefined;

	async function once<Name extends RouteName>(name: Name, call: Call): Promise<Answer<ResponseOf<Name>>> {
		const route = routes[name];
		let text: string;
		let status: number;
		try {
			const response = await fetch(urlOf(route.path, call), {
				method: route.method,
				headers: call.body === undefined ? {} : { 'content-type': 'application/json' },
				...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
			});
			status = response.status;
			text = await response.text();
		} catch {
			return failure({ code: 'page.offline', message: strings.problem.offline, retry: true });
		}
		const json = parseJson(text);
		if (status >= 200 && status < 300) {
			const parsed = route.response.safeParse(json);
			// The schema of this very route has parsed it, which TypeScript cannot follow through the table.
			if (parsed.success) return { ok: true, value: parsed.data as ResponseOf<Name> };
		}
		const error = errorBodySchema.safeParse(json);
		if (error.success) return failure(error.data.error);
		return failure({ code: 'page.no-runner', message: strings.problem.noRunner, retry: true });
	}

	return async (name, call = {}) => {
		await joining;
		const answer = await once(name, call);
		if (answer.ok || answer.problem.code !== 'learner.unknown') return answer;
		joining ??= once('createLearner', {}).finally(() => {
			joining = undefined;
		});
		const joined = await joining;
		return joined.ok ? once(name, call) : joined;
	};
}

function urlOf(path: string, { params = {}, query = {} }: Call): string {
	const filled = path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
	const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
	return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
