// <lab-sandbox>: what stands in the work pane while there are no terminals: start, stages, errors, the end.
import type { Sandbox, StageName } from '#contract/sandbox.ts';
import { stageNameSchema } from '#contract/sandbox.ts';
import { button, fishIcon, icon, make, pick } from '../browser/dom.ts';
import { formatSeconds } from '../model/format.ts';
import type { Lab } from '../model/lab.ts';
import type { SessionState } from '../model/session.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

const words = strings.sandbox;

class LabSandbox extends HTMLElement implements PagePart {
	#timer: ReturnType<typeof setInterval> | undefined;

	connect({ lab, announce, focusTerminal }: LessonPage) {
		const live = pick(document, '[data-live]');
		let before: SessionState['type'] | 'ready' = 'asking';
		let waited = false;
		lab.session.state.subscribe((state) => {
			const ready = state.type === 'live' && state.sandbox.state === 'ready';
			const had = this.contains(document.activeElement) || (!ready && live.contains(document.activeElement));
			this.#draw(state, lab);
			this.hidden = ready;
			live.hidden = !ready;
			// What was pressed or typed in is gone; the keyboard must not fall back to the top of the page.
			if (had && !this.contains(document.activeElement)) this.querySelector<HTMLElement>('.sandbox-panel')?.focus();
			if (ready && before !== 'ready' && waited) announce(words.ready);
			if (ready && had) requestAnimationFrame(focusTerminal);
			if (state.type === 'starting') announce(words.making);
			waited = waited || state.type === 'starting';
			before = ready ? 'ready' : state.type;
		});
	}

	#draw(state: SessionState, lab: Lab) {
		const making = state.type === 'starting' || (state.type === 'live' && state.sandbox.state === 'making');
		if (!making) clearInterval(this.#timer);
		const before = this.dataset.state;
		this.dataset.state = making ? 'making' : state.type;
		switch (state.type) {
			case 'asking':
				return this.#panel(make('p', { class: 'late' }, words.asking));
			case 'no-runner':
				return this.#panel(
					make('h2', {}, words.noRunnerTitle),
					make('p', {}, words.noRunner),
					make('p', {}, words.noRunnerHow),
					make('pre', {}, make('code', {}, words.noRunnerCommand)),
					this.#act(words.retry, () => lab.session.look(), 'refresh'),
				);
			case 'none':
				return this.#panel(
					...this.#invitation(),
					this.#act(words.start, () => lab.session.start(), 'play'),
				);
			case 'failed':
				return this.#panel(
					make('h2', {}, words.failedTitle),
					make('p', { role: 'alert' }, state.problem.message),
					this.#act(words.retry, () => lab.session.start(), 'refresh'),
				);
			case 'ended':
				return this.#panel(
					make('h2', {}, words.endedTitle),
					make('p', {}, words.ended),
					this.#act(words.again, () => lab.session.start(), 'play'),
				);
			case 'starting':
				return this.#stages(undefined, lab, before !== 'making');
			case 'live':
				return this.#stages(state.sandbox, lab, before !== 'making');
		}
	}

	#panel(...content: Node[]) {
		this.replaceChildren(make('div', { class: 'sandbox-panel', tabindex: '-1' }, ...content));
	}

	#act(label: string, act: () => Promise<void>, name: 'play' | 'refresh') {
		return make(
			'p',
			{},
			button({ class: 'button primary' }, () => void act(), icon(name), label),
		);
	}

	#invitation(): Node[] {
		const { managers, workers, swarm } = this.dataset;
		const picture = make('div', { class: `machines ${swarm}`, 'aria-hidden': 'true' });
		for (let at = 0; at < Number(managers) + Number(workers); at++) {
			picture.append(make('span', { class: at < Number(managers) ? 'manager' : 'worker' }, fishIcon()));
		}
		return [
			picture,
			make('h2', {}, words.title),
			make(
				'p',
				{},
				words.nodes(Number(managers), Number(workers)),
				' ',
				words.startNote[swarm === 'formed' ? 'formed' : 'unformed'],
			),
		];
	}

	/** All stages from the start, so that the learner sees how much is to come. */
	#stages(sandbox: Sandbox | undefined, lab: Lab, first: boolean) {
		if (first) {
			clearInterval(this.#timer);
			const since = lab.clock.now();
			const total = make('span', { class: 'total', 'aria-hidden': 'true' });
			this.#panel(
				make('h2', {}, words.making, ' ', total),
				make('ol', { class: 'stages', role: 'list' }),
				make('p', { class: 'muted' }, words.makingNote),
			);
			this.#timer = setInterval(() => {
				const now = lab.clock.now();
				total.textContent = formatSeconds(now - since);
				for (const element of this.querySelectorAll<HTMLElement>('[data-started]')) {
					element.textContent = formatSeconds(now - Number(element.dataset.started));
				}
			}, 100);
		}
		const shown = stageNameSchema.options.filter((name) => this.#expects(name, sandbox));
		this.querySelector('.stages')?.replaceChildren(...shown.map((name) => stageLine(name, sandbox, lab.clock.now())));
	}

	/** Images and swarm are stages only of lessons that need them. */
	#expects(name: StageName, sandbox: Sandbox | undefined): boolean {
		if (sandbox?.stages.some((stage) => stage.name === name)) return true;
		if (name === 'images') return false;
		return name !== 'swarm' || this.dataset.swarm === 'formed';
	}
}
customElements.define('lab-sandbox', LabSandbox);

/** The page's own clock counts from when it heard of the stage: the runner's clock may be another. */
const heardAt = new Map<string, number>();

function stageLine(name: StageName, sandbox: Sandbox | undefined, now: number): HTMLLIElement {
	const stage = sandbox?.stages.find((one) => one.name === name);
	const state = stage?.state ?? 'waiting';
	const key = `${sandbox?.id} ${name}`;
	if (stage && !heardAt.has(key)) heardAt.set(key, now);
	const started = heardAt.get(key) ?? now;
	const time =
		stage?.ms === undefined
			? make(
					'span',
					{ class: 'seconds', 'data-started': stage ? started : false },
					stage ? formatSeconds(now - started) : '',
				)
			: make('span', { class: 'seconds' }, formatSeconds(stage.ms));
	const detail = stage?.detail && state === 'running' ? make('span', { class: 'detail' }, stage.detail) : undefined;
	return make(
		'li',
		{ 'data-state': state },
		make('span', { class: 'mark' }, icon('check')),
		make(
			'span',
			{ class: 'name' },
			words.stage[name],
			make('span', { class: 'visually-hidden' }, `: ${words.stageState[state]}`),
		),
		detail,
		time,
	);
}
