// Steps: where the learner stands in the lesson, from the runner's frames and the stored progress.
import type { CheckResult } from '#contract/check.ts';
import type { StepProgress } from '#contract/sandbox.ts';
import { type Signal, signal } from './signal.ts';

/** "open": nobody has looked yet. */
export type StepStatus = 'open' | 'not-yet' | 'cannot-tell' | 'passed';

export interface StepView {
	id: string;
	status: StepStatus;
	/** Why it is not passed: one sentence for each check that does not pass. */
	reasons: CheckResult[];
}

export interface Steps {
	readonly views: Signal<readonly StepView[]>;
	/** Takes a frame. Answers the steps that passed just now, in the lesson's order. */
	take(progress: readonly StepProgress[]): StepView[];
	/** Takes what the learner did on earlier days, by step. */
	restore(passedAt: Record<string, string>): void;
	/** The sandbox is gone: nothing is seen any more, what has passed stays. */
	forget(): void;
}

export function createSteps(ids: readonly string[]): Steps {
	const views = signal<readonly StepView[]>(ids.map((id) => ({ id, status: 'open', reasons: [] })));
	/** A page that joins late learns of old ticks in its first frame; they are no news. */
	let news = false;
	return {
		views,
		take(progress) {
			const before = views.value;
			const after = before.map((view) => {
				const found = progress.find((step) => step.id === view.id);
				return found ? viewOf(found, view.status === 'passed') : view;
			});
			views.set(after);
			const passed = after.filter((view, at) => view.status === 'passed' && before[at]?.status !== 'passed');
			const announced = news ? passed : [];
			news = true;
			return announced;
		},
		restore(passedAt) {
			views.set(views.value.map((view) => (passedAt[view.id] ? { ...view, status: 'passed', reasons: [] } : view)));
		},
		forget() {
			news = false;
			views.set(
				views.value.map((view) => (view.status === 'passed' ? view : { ...view, status: 'open', reasons: [] })),
			);
		},
	};
}

/** A step that passed once stays passed, also when this sandbox has not shown it yet. */
function viewOf({ id, passedAt, checks }: StepProgress, passedBefore: boolean): StepView {
	if (passedAt || passedBefore) return { id, status: 'passed', reasons: [] };
	// Several checks often fail for the same reason; the learner needs to hear it once.
	const reasons = checks.filter(
		({ verdict, because }, at) =>
			verdict !== 'pass' && checks.findIndex((one) => one.verdict !== 'pass' && one.because === because) === at,
	);
	if (reasons.length === 0) return { id, status: 'open', reasons };
	return { id, status: reasons.some((check) => check.verdict === 'not-yet') ? 'not-yet' : 'cannot-tell', reasons };
}
