// <lab-step>: a step's card: its state by itself, hints and solution on demand.
import { make, pick, sentence } from '../browser/dom.ts';
import type { StepView } from '../model/steps.ts';
import { strings } from '../strings.ts';
import { commandBlock } from './command-block.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

const words = strings.step;

class LabStep extends HTMLElement implements PagePart {
	#page: LessonPage | undefined;
	#shown = 0;

	connect(page: LessonPage) {
		this.#page = page;
		page.lab.steps.views.subscribe((views) => {
			const view = views.find(({ id }) => id === this.dataset.step);
			if (view) this.#draw(view, views.find(({ status }) => status !== 'passed') === view);
		});
		this.querySelector('[data-hint]')?.addEventListener('click', () => void this.#hint());
		pick(this, '[data-show-solution]').addEventListener('click', () => void this.#solution());
	}

	#draw(view: StepView, current: boolean) {
		const before = this.dataset.status;
		this.dataset.status = view.status;
		this.toggleAttribute('data-current', current);
		this.toggleAttribute(
			'data-just-passed',
			view.status === 'passed' && (before === 'not-yet' || before === 'cannot-tell'),
		);
		pick(this, '[data-status]').textContent = words.status[view.status];
		pick(this, '[data-reasons]').replaceChildren(
			...view.reasons.map(({ verdict, because }) => make('li', { 'data-verdict': verdict }, ...sentence(because))),
		);
	}

	async #hint() {
		const ask = pick<HTMLButtonElement>(this, '[data-hint]');
		const number = this.#shown + 1;
		ask.disabled = true;
		const answer = await this.#ask('hint', { number });
		ask.disabled = false;
		if (!answer) return;
		this.#shown = number;
		const item = make(
			'li',
			{ tabindex: '-1' },
			make('strong', {}, words.hintLabel(number)),
			' ',
			...sentence(answer.hint),
		);
		pick(this, '[data-hint-list]').append(item);
		if (answer.more) pick(this, '[data-hint-word]').textContent = words.hint(number + 1, Number(this.dataset.hints));
		else ask.remove();
		// The button may be gone, and the hint is what was asked for: the keyboard goes there and it is read out.
		item.focus();
	}

	async #solution() {
		const toggle = pick<HTMLButtonElement>(this, '[data-show-solution]');
		const box = pick(this, '[data-solution]');
		if (box.childElementCount === 0) {
			toggle.disabled = true;
			const answer = await this.#ask('solution', {});
			toggle.disabled = false;
			if (!answer) return;
			box.append(make('h3', {}, words.solutionTitle), ...answer.commands.map(({ on, run }) => commandBlock(on, run)));
			for (const part of box.querySelectorAll<PagePart>('lab-run')) if (this.#page) part.connect(this.#page);
		}
		box.hidden = !box.hidden;
		toggle.setAttribute('aria-expanded', String(!box.hidden));
		pick(this, '[data-solution-word]').textContent = box.hidden ? words.solution : words.hideSolution;
	}

	async #ask<Name extends 'hint' | 'solution'>(name: Name, extra: Record<string, number>) {
		if (!this.#page) return undefined;
		const { lab } = this.#page;
		const answer = await lab.api(name, { query: { lesson: lab.lesson, step: this.dataset.step ?? '', ...extra } });
		pick(this, '[data-problem]').textContent = answer.ok ? '' : answer.problem.message;
		return answer.ok ? answer.value : undefined;
	}
}
customElements.define('lab-step', LabStep);
