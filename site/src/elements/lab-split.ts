// <lab-split>: two halves with a divider that mouse, finger and keyboard move (W3C's window splitter pattern).
import { pick } from '../browser/dom.ts';
import { recall, remember } from '../browser/remembered.ts';

const least = 20;
const most = 80;
const usual = 44;

class LabSplit extends HTMLElement {
	connectedCallback() {
		const divider = pick(this, '[role=separator]');
		divider.addEventListener('pointerdown', (event) => {
			if (event.button !== 0) return;
			event.preventDefault();
			divider.focus();
			divider.setPointerCapture(event.pointerId);
			this.dataset.dragging = '';
		});
		divider.addEventListener('pointermove', (event) => {
			if (!divider.hasPointerCapture(event.pointerId)) return;
			const { left, width } = this.getBoundingClientRect();
			const share = ((event.clientX - left) / width) * 100;
			this.#set(this.matches(':dir(rtl)') ? 100 - share : share);
		});
		divider.addEventListener('lostpointercapture', () => {
			delete this.dataset.dragging;
			this.#keep();
		});
		divider.addEventListener('dblclick', () => this.#reset());
		divider.addEventListener('keydown', (event) => {
			const now = Number(divider.getAttribute('aria-valuenow'));
			const to = { ArrowLeft: now - 2, ArrowRight: now + 2, Home: least, End: most, Enter: usual }[event.key];
			if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
			event.preventDefault();
			this.#set(to);
			this.#keep();
		});
		const kept = Number(recall('split'));
		this.#set(kept >= least && kept <= most ? kept : usual);
	}

	#set(share: number) {
		const rounded = Math.round(Math.min(most, Math.max(least, share)) * 10) / 10;
		pick(this, '[role=separator]').setAttribute('aria-valuenow', String(Math.round(rounded)));
		document.documentElement.style.setProperty('--split', `${rounded}%`);
	}

	#keep() {
		remember('split', document.documentElement.style.getPropertyValue('--split').replace('%', ''));
	}

	#reset() {
		this.#set(usual);
		remember('split', undefined);
	}
}
customElements.define('lab-split', LabSplit);
