// <lab-lease>: the sandbox's switches: how long it lives, once that matters, and "New swarm".
import { button, icon, make } from '../browser/dom.ts';
import { formatClock } from '../model/format.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

const words = strings.sandbox;
/** Before this the clock would only make people nervous. */
const showLastMs = 10 * 60_000;
const warnAtMinutes = [5, 1];

class LabLease extends HTMLElement implements PagePart {
	connect({ lab, announce }: LessonPage) {
		const clock = make('span', { class: 'lease-clock' });
		const problem = make('span', { class: 'lease-problem', role: 'alert' });
		const extend = button(
			{ class: 'button small' },
			async () => {
				extend.disabled = true;
				const trouble = await lab.session.extend();
				extend.disabled = false;
				problem.textContent = trouble?.message ?? '';
				if (!trouble) announce(words.extended);
				show();
			},
			words.extend,
		);
		const lease = make('span', { class: 'lease', hidden: true }, icon('clock'), clock, extend, problem);
		const dialog = this.#dialog(() => void lab.session.renew());
		const renew = button(
			{ class: 'quiet' },
			() => dialog.showModal(),
			icon('refresh'),
			make('span', { class: 'word' }, words.renew),
		);
		this.append(lease, renew, dialog);

		let warned = Number.POSITIVE_INFINITY;
		const show = () => {
			const { value } = lab.session.state;
			if (value.type !== 'live') return;
			const leftMs = Date.parse(value.sandbox.leaseEndsAt) - lab.clock.now();
			lease.hidden = leftMs > showLastMs;
			clock.textContent = words.lease(formatClock(leftMs));
			const due = warnAtMinutes.find((minutes) => leftMs <= minutes * 60_000 && leftMs > (minutes - 1) * 60_000);
			if (lease.hidden) warned = Number.POSITIVE_INFINITY;
			else if (due !== undefined && due < warned) {
				warned = due;
				announce(words.leaseSoon(due));
			}
		};
		setInterval(show, 1000);
		lab.session.state.subscribe(show);
	}

	#dialog(confirm: () => void): HTMLDialogElement {
		const dialog = make('dialog', { 'aria-labelledby': 'renew-title' });
		const close = () => dialog.close();
		dialog.append(
			make('h2', { id: 'renew-title' }, words.renewTitle),
			make('p', {}, words.renewText),
			make(
				'p',
				{ class: 'choices' },
				button({ class: 'button', autofocus: true }, close, words.cancel),
				button(
					{ class: 'button primary' },
					() => {
						close();
						confirm();
					},
					words.renewConfirm,
				),
			),
		);
		return dialog;
	}
}
customElements.define('lab-lease', LabLease);
