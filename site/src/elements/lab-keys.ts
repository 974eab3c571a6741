// <lab-keys>: the keys that work everywhere on a lesson page, and the dialog that lists them.
import { pick } from '../browser/dom.ts';
import { pageKey } from '../model/page-keys.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

class LabKeys extends HTMLElement implements PagePart {
	connect({ lab, focusTerminal }: LessonPage) {
		const dialog = pick<HTMLDialogElement>(this, 'dialog');
		pick(this, 'button').addEventListener('click', () => dialog.showModal());
		document.addEventListener('keydown', (event) => {
			if (document.querySelector('dialog[open]')) return;
			const key = pageKey(event);
			if (!key) return;
			if (key.type === 'help' && isTyping(event.target)) return;
			event.preventDefault();
			if (key.type === 'help') dialog.showModal();
			if (key.type === 'region') goToRegion(key.step, focusTerminal);
			if (key.type === 'full-screen') pick(document, 'lab-terminals').dispatchEvent(new Event('full-screen'));
			if (key.type === 'node') {
				const node = lab.nodes[key.number - 1];
				if (!node) return;
				lab.choose(node);
				focusTerminal();
			}
		});
	}
}
customElements.define('lab-keys', LabKeys);

function isTyping(target: EventTarget | null): boolean {
	return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** The next part of the page that can be seen. The terminal's own keyboard catcher stands for its region. */
function goToRegion(step: 1 | -1, focusTerminal: () => void) {
	const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((region) =>
		region.checkVisibility(),
	);
	const inside = regions.filter((region) => region.contains(document.activeElement)).at(-1);
	const at = inside ? regions.indexOf(inside) : step === 1 ? -1 : 0;
	const next = regions[(at + step + regions.length) % regions.length];
	if (next?.localName === 'lab-terminals') focusTerminal();
	else next?.focus();
}
