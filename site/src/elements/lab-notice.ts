// <lab-notice>: what the runner noticed about a node, in one line, until the learner has read it.
import { button, make } from '../browser/dom.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

class LabNotice extends HTMLElement implements PagePart {
	connect({ lab }: LessonPage) {
		const text = make('span');
		this.hidden = true;
		this.append(
			text,
			button({ class: 'quiet' }, () => lab.notice.set(undefined), strings.notice.dismiss),
		);
		lab.notice.subscribe((notice) => {
			this.hidden = notice === undefined;
			text.textContent = notice ? strings.notice.about(notice.node, notice.text) : '';
		});
	}
}
customElements.define('lab-notice', LabNotice);
