// <lab-connection>: one quiet line while the connection to the sandbox is down.
import { button } from '../browser/dom.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

class LabConnection extends HTMLElement implements PagePart {
	connect({ lab, announce }: LessonPage) {
		const words = strings.connection;
		const line = document.createElement('span');
		const retry = button({ class: 'quiet' }, lab.retryNow, words.retryNow);
		let lost = false;
		let stopCounting = () => {};
		this.hidden = true;
		this.append(line, retry);
		// The countdown is for the eye; screen readers hear that it is lost and that it is back.
		line.setAttribute('aria-live', 'off');
		lab.connection.subscribe((state) => {
			stopCounting();
			if (state.type === 'open') {
				if (lost) announce(words.back);
				lost = false;
			}
			if (state.type === 'closed') lost = false;
			if (state.type === 'waiting') {
				if (!lost) announce(words.lost);
				lost = true;
				stopCounting = count(() => {
					const seconds = Math.max(0, Math.ceil((state.retryAt - lab.clock.now()) / 1000));
					line.textContent = seconds > 1 ? words.retryIn(seconds) : `${words.lost}…`;
				});
			}
			this.hidden = !lost;
			retry.disabled = state.type !== 'waiting';
		});
		addEventListener('online', lab.retryNow);
	}
}
customElements.define('lab-connection', LabConnection);

function count(show: () => void): () => void {
	show();
	const timer = setInterval(show, 500);
	return () => clearInterval(timer);
}
