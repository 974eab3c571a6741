// <lab-run>: a code block with a button that types it into a node's terminal.
import { pick, withPlaceholders } from '../browser/dom.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

class LabRun extends HTMLElement implements PagePart {
	connect(page: LessonPage) {
		pick(this, '[data-run]').addEventListener('click', () => void this.#run(page));
	}

	async #run({ lab, focusTerminal }: LessonPage) {
		// Not `disabled`, which would take the keyboard's place away; a second press is simply not heard.
		if (this.hasAttribute('data-busy')) return;
		const note = pick(this, '.run-note');
		const { node = '', command = '', enter } = this.dataset;
		this.toggleAttribute('data-busy', true);
		delete this.dataset.problem;
		const { value } = lab.session.state;
		const ready = value.type === 'live' && value.sandbox.state === 'ready';
		note.textContent = ready ? '' : strings.run.waiting;
		const problem = await lab.run({ node, command, enter: enter !== 'false' });
		this.toggleAttribute('data-busy', false);
		note.replaceChildren(...withPlaceholders(problem?.message ?? ''));
		if (problem) this.dataset.problem = '';
		// Only now: what went wrong is said here, and who pressed the button by keyboard is still at it.
		else focusTerminal();
	}
}
customElements.define('lab-run', LabRun);
