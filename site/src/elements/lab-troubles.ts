// <lab-troubles>: what is wrong with nodes, a line each, while it is and until the learner has put it away.
import type { Trouble } from '#contract/sandbox.ts';
import { button, make, sentence } from '../browser/dom.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

class LabTroubles extends HTMLElement implements PagePart {
	connect({ lab }: LessonPage) {
		const list = make('ul');
		let putAway: readonly Trouble[] = [];
		const show = (troubles: readonly Trouble[]) => {
			// What has been put away and is still so stays away; what is over may come back.
			putAway = putAway.filter(({ text }) => troubles.some((trouble) => trouble.text === text));
			const left = troubles.filter(({ text }) => !putAway.some((trouble) => trouble.text === text));
			this.hidden = left.length === 0;
			list.replaceChildren(
				...left.map(({ nodes, text }) => make('li', {}, ...sentence(strings.troubles.about(nodes, text)))),
			);
		};
		const putAll = () => {
			putAway = lab.troubles.value;
			show(putAway);
		};
		this.append(list, button({ class: 'quiet' }, putAll, strings.troubles.dismiss));
		lab.troubles.subscribe(show);
	}
}
customElements.define('lab-troubles', LabTroubles);
