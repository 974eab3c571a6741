// Soft bar: Esc, Ctrl, Tab and the arrows for devices whose keyboards have none of them.
import { button, make } from '../browser/dom.ts';
import { type SoftKey, softKeys, withControl } from '../model/soft-keys.ts';
import { strings } from '../strings.ts';

const words = strings.terminal;

export interface SoftBar {
	element: HTMLElement;
	/** Called with what a key of the bar sends; with nothing when Ctrl was pressed, which waits for a letter. */
	onKey(listener: (bytes: Uint8Array) => void): void;
	/** What was typed, as it is meant while Ctrl is held. Lets go of Ctrl. */
	apply(bytes: Uint8Array): Uint8Array;
}

export function softBar(): SoftBar {
	const encoder = new TextEncoder();
	let send = (_bytes: Uint8Array) => {};
	let held = false;
	const control = button(
		{ 'aria-pressed': 'false' },
		() => {
			hold(!held);
			send(new Uint8Array());
		},
		words.soft.ctrl,
	);

	function hold(on: boolean) {
		held = on;
		control.setAttribute('aria-pressed', String(on));
	}

	const key = (name: SoftKey, face: string) =>
		button({ 'aria-label': words.soft[name] }, () => send(encoder.encode(softKeys[name])), face);
	const element = make(
		'div',
		{ class: 'soft-keys', role: 'toolbar', 'aria-label': words.softKeys },
		key('escape', words.soft.escape),
		control,
		key('tab', words.soft.tab),
		key('left', '←'),
		key('up', '↑'),
		key('down', '↓'),
		key('right', '→'),
	);
	return {
		element,
		onKey(listener) {
			send = listener;
		},
		apply(bytes) {
			if (!held) return bytes;
			hold(false);
			return encoder.encode(withControl(new TextDecoder().decode(bytes)));
		},
	};
}
