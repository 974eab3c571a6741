// <lab-panes>: on narrow screens, two tabs that show either the text or the machines.
import { pick } from '../browser/dom.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

const narrow = matchMedia('(width < 50em)');

class LabPanes extends HTMLElement implements PagePart {
	connect({ lab }: LessonPage) {
		const tabs = [...this.querySelectorAll<HTMLButtonElement>('[role=tab]')];
		for (const tab of tabs) tab.addEventListener('click', () => this.#show(tab));
		this.addEventListener('keydown', (event) => {
			if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
			const other = tabs.find((tab) => tab.getAttribute('aria-selected') !== 'true');
			if (!other) return;
			event.preventDefault();
			this.#show(other);
			other.focus();
		});
		lab.onReveal(() => this.#show(pick<HTMLButtonElement>(this, '#pane-work')));
		narrow.addEventListener('change', () => this.#arrange());
		this.#arrange();
	}

	#show(tab: HTMLButtonElement) {
		for (const one of this.querySelectorAll<HTMLButtonElement>('[role=tab]')) {
			one.setAttribute('aria-selected', String(one === tab));
			one.tabIndex = one === tab ? 0 : -1;
		}
		this.#arrange();
	}

	/** On wide screens there are no tabs, so the two halves must not claim to be tab panels. */
	#arrange() {
		this.hidden = !narrow.matches;
		for (const tab of this.querySelectorAll<HTMLButtonElement>('[role=tab]')) {
			const panel = pick(document, `#${tab.getAttribute('aria-controls')}`);
			const selected = tab.getAttribute('aria-selected') === 'true';
			panel.toggleAttribute('data-away', narrow.matches && !selected);
		}
	}
}
customElements.define('lab-panes', LabPanes);
