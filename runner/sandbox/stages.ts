// Stages: tells how far the making of a sandbox has come. Stages overlap; each has its own beginning and end.
import type { Stage, StageName } from '#contract/sandbox.ts';
import type { Clock } from '../clock.ts';

/** Called with a stage that has begun, has a new detail, or is over. */
export type StageListener = (stage: Stage) => void;

/**
 * A function that runs work as part of a stage. Several works of one stage make one stage: it begins with the first and
 * is over with the last of `works`. The detail names those that are under way: `worker1, worker2`.
 */
export function trackStages(clock: Clock, onStage: StageListener) {
	const running = new Map<StageName, { startedAt: number; left: number; details: Set<string> }>();

	const tell = (name: StageName, state: Stage['state']) => {
		const stage = running.get(name);
		if (!stage) return;
		const detail = [...stage.details].join(', ');
		onStage({
			name,
			state,
			startedAt: new Date(stage.startedAt).toISOString(),
			...(state === 'running' ? {} : { ms: Math.round(clock.now() - stage.startedAt) }),
			...(detail === '' ? {} : { detail }),
		});
	};

	return async <T>(name: StageName, part: { works: number; detail?: string }, work: () => Promise<T>): Promise<T> => {
		const stage = running.get(name) ?? { startedAt: clock.now(), left: part.works, details: new Set<string>() };
		running.set(name, stage);
		if (part.detail) stage.details.add(part.detail);
		tell(name, 'running');
		try {
			const result = await work();
			stage.left -= 1;
			if (part.detail) stage.details.delete(part.detail);
			if (stage.left === 0 || stage.details.size > 0) tell(name, stage.left === 0 ? 'done' : 'running');
			return result;
		} catch (error) {
			if (stage.left > 0) tell(name, 'failed');
			// One failure is told once, whatever else fails because of it.
			stage.left = -1;
			throw error;
		}
	};
}
