// <lab-course>: the learner's ticks on the course page, and a button that leads to where they stopped.

import { pick } from '../browser/dom.ts';
import type { Api } from '../model/api-client.ts';
import { strings } from '../strings.ts';

class LabCourse extends HTMLElement {
	async connect(api: Api) {
		const answer = await api('progress');
		// Without a runner, or without a learner, there are no ticks to show, and the page is complete as it is.
		if (!answer.ok) return;
		const rows = [...this.querySelectorAll<HTMLElement>('[data-lesson]')];
		const open = rows.filter((row) => !showTicks(row, answer.value.lessons[row.dataset.lesson ?? ''] ?? {}));
		const started = Object.values(answer.value.lessons).some((steps) => Object.keys(steps).length > 0);
		const goOn = this.querySelector<HTMLAnchorElement>('[data-continue]');
		const next = open[0];
		if (!goOn || !started) return;
		if (next) goOn.href = `/${next.dataset.lesson}/`;
		pick(goOn, '[data-continue-text]').textContent = next
			? strings.course.goOn(next.dataset.title ?? '')
			: strings.course.again;
	}
}
customElements.define('lab-course', LabCourse);

export type { LabCourse };

/** Answers whether every step of the lesson has passed. */
function showTicks(row: HTMLElement, passed: Record<string, string>): boolean {
	const steps = (row.dataset.steps ?? '').split(' ');
	const done = steps.filter((step) => passed[step] !== undefined);
	row.querySelectorAll('.tick').forEach((tick, at) => void tick.toggleAttribute('data-passed', at < done.length));
	row.toggleAttribute('data-done', done.length === steps.length);
	if (done.length > 0) pick(row, '[data-progress]').textContent = strings.course.progress(done.length, steps.length);
	return done.length === steps.length;
}
