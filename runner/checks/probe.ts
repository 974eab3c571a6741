// Probe: checks that ask a node: an HTTP request to it, or a command in it. Bounded, and a value in every case.
import type { CheckResult, Probe } from '#contract/check.ts';
import type { Engine } from '#runner/engine/engine.ts';
import { inWords, matches } from './amount.ts';
import { requestOnce } from './http-request.ts';
import { cannotTell, notYet, quoted } from './result.ts';

type HttpProbe = Extract<Probe, { http: string }>;
type ExecProbe = Extract<Probe, { exec: string }>;

export interface ProbeReach {
	engine: Pick<Engine, 'dial' | 'exec'>;
	/** The container of a node, or `undefined` when the sandbox has no such node. */
	containerOf: (node: string) => string | undefined;
}

const httpTimeoutMs = 3_000;
const execTimeoutMs = 5_000;
/** How many requests `answers` counts over; enough to see each of a handful of replicas in a round. */
const requestsForAnswers = 10;

/** Makes one probe. A node that cannot be reached is `cannot-tell`; throws only when aborted. */
export async function runProbe(probe: Probe, reach: ProbeReach, signal: AbortSignal): Promise<CheckResult> {
	const node = 'http' in probe ? new URL(probe.http).hostname : probe.on;
	const container = reach.containerOf(node);
	if (container === undefined) return cannotTell(`There is no node named ${node}`);
	try {
		if ('exec' in probe) return await runExec(probe, reach.engine, container, signal);
		return await runHttp(probe, reach.engine, container, signal);
	} catch (error) {
		signal.throwIfAborted();
		return cannotTell(`${node} could not be asked: ${quoted(error instanceof Error ? error.message : String(error))}`);
	}
}

async function runExec(
	probe: ExecProbe,
	engine: ProbeReach['engine'],
	container: string,
	signal: AbortSignal,
): Promise<CheckResult> {
	const result = await engine.exec(container, ['sh', '-c', probe.exec], { signal, timeoutMs: execTimeoutMs });
	if (result.exitCode !== 0) return notYet(probe.explain);
	return { verdict: 'pass', because: `Looked on ${probe.on}, and it is so.` };
}

async function runHttp(
	probe: HttpProbe,
	engine: ProbeReach['engine'],
	container: string,
	signal: AbortSignal,
): Promise<CheckResult> {
	const url = new URL(probe.http);
	const address = `tcp:127.0.0.1:${url.port || '80'}`;
	const bodies = new Set<string>();
	const count = probe.answers === undefined ? 1 : requestsForAnswers;
	for (let made = 0; made < count; made++) {
		// Each on a connection of its own: balancing is by connection.
		const connection = await engine.dial(container, address, { signal, timeoutMs: httpTimeoutMs });
		const answer = await requestOnce(connection, url, { signal, timeoutMs: httpTimeoutMs });
		if (!answer.ok) return notYet(`${probe.http} ${answer.reason}`);
		if (answer.status !== probe.status) {
			return notYet(`${probe.http} answers with status ${answer.status} instead of ${probe.status}`);
		}
		if (probe.body !== undefined && !answer.body.includes(probe.body)) {
			return notYet(`${probe.http} answers, without "${quoted(probe.body)}" in it`);
		}
		bodies.add(answer.body);
	}
	if (probe.answers !== undefined && !matches(probe.answers, bodies.size)) {
		return notYet(
			`${count} requests to ${probe.http} brought ${bodies.size} different ${bodies.size === 1 ? 'answer' : 'answers'} instead of ${inWords(probe.answers)}`,
		);
	}
	return { verdict: 'pass', because: `${probe.http} answers with status ${probe.status}.` };
}
