// Calls: a bound on every question to an engine, and its failures as errors with a sentence.
import { LabError } from '#contract/errors.ts';
import type { CallOptions } from './engine.ts';

/**
 * Runs `call` with a signal that fires after `timeoutMs` or when the caller's own does.
 * Throws `engine.timeout`, `engine.unreachable`, `engine.refused`, or the caller's abort reason.
 */
export async function bounded<T>(
	doing: string,
	options: CallOptions & { timeoutMs: number },
	call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	options.signal?.throwIfAborted();
	const controller = new AbortController();
	const timeout = new LabError('engine.timeout', { seconds: options.timeoutMs / 1000, doing });
	const timer = setTimeout(() => controller.abort(timeout), options.timeoutMs);
	const passOn = () => controller.abort(options.signal?.reason);
	options.signal?.addEventListener('abort', passOn, { once: true });
	try {
		// A call that ignores its signal must not outlast it either.
		const aborted = new Promise<never>((_, reject) => {
			controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
		});
		return await Promise.race([call(controller.signal), aborted]);
	} catch (error) {
		if (controller.signal.aborted) throw controller.signal.reason;
		throw engineError(doing, error);
	} finally {
		clearTimeout(timer);
		options.signal?.removeEventListener('abort', passOn);
	}
}

/** What dockerode or the network threw, as a LabError. */
export function engineError(doing: string, error: unknown): unknown {
	if (error instanceof LabError || !(error instanceof Error)) return error;
	const status = statusOf(error);
	if (status !== undefined)
		return new LabError('engine.refused', { doing, reason: dockerMessage(error) }, { cause: error });
	const { code } = error as NodeJS.ErrnoException;
	if (code === undefined && !/socket hang up/.test(error.message)) return error;
	return new LabError('engine.unreachable', { reason: error.message }, { cause: error });
}

/** HTTP status of an answer that dockerode made an error of; looks through a LabError. */
export function statusOf(error: unknown): number | undefined {
	if (error instanceof LabError) return statusOf(error.cause);
	const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
	return typeof status === 'number' ? status : undefined;
}

/** Docker's own message in an error of dockerode. */
export function dockerMessage(error: unknown): string {
	if (error instanceof LabError && error.cause) return dockerMessage(error.cause);
	const { json, message } = error as { json?: { message?: unknown }; message?: string };
	return typeof json?.message === 'string' ? json.message : (message ?? String(error)).trim();
}

/** Resolves when the answer has one of these statuses too: what was to be done is done already. */
export async function unless(statuses: number[], call: Promise<unknown>): Promise<void> {
	try {
		await call;
	} catch (error) {
		const status = statusOf(error);
		if (status === undefined || !statuses.includes(status)) throw error;
	}
}
