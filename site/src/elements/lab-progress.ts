// <lab-progress>: one segment for each step of the lesson, filled when it has passed.
import { pick } from '../browser/dom.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

class LabProgress extends HTMLElement implements PagePart {
	connect({ lab }: LessonPage) {
		const segments = [...this.querySelectorAll('.segment')];
		lab.steps.views.subscribe((views) => {
			const passed = views.filter((view) => view.status === 'passed').length;
			const text = strings.lesson.progress(passed, views.length);
			views.forEach((view, at) => void segments[at]?.toggleAttribute('data-passed', view.status === 'passed'));
			this.setAttribute('aria-valuenow', String(passed));
			this.setAttribute('aria-valuetext', text);
			pick(this, '[data-text]').textContent = text;
		});
	}
}
customElements.define('lab-progress', LabProgress);
