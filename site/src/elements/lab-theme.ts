// <lab-theme>: one button that goes from system to dark to light.
import { pick } from '../browser/dom.ts';
import { chooseTheme, themeChoice, themeChoices } from '../browser/theme.ts';
import { strings } from '../strings.ts';

class LabTheme extends HTMLElement {
	connectedCallback() {
		const control = pick<HTMLButtonElement>(this, 'button');
		control.hidden = false;
		control.addEventListener('click', () => {
			const next = themeChoices[(themeChoices.indexOf(themeChoice()) + 1) % themeChoices.length] ?? 'system';
			chooseTheme(next);
			this.#show();
		});
		this.#show();
	}

	#show() {
		const choice = themeChoice();
		const label = strings.theme.label[choice];
		this.dataset.choice = choice;
		pick(this, '[data-label]').textContent = label;
		pick(this, 'button').title = label;
	}
}
customElements.define('lab-theme', LabTheme);
