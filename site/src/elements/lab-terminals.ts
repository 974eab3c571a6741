// <lab-terminals>: one tab for each node, with its shell. A shell is opened when its tab is first shown.
import { button, icon, make, unseen } from '../browser/dom.ts';
import { recall, remember } from '../browser/remembered.ts';
import type { XtermScreen } from '../browser/xterm-screen.ts';
import { within } from '../model/clock.ts';
import { pageKey } from '../model/page-keys.ts';
import type { Signal } from '../model/signal.ts';
import type { Terminals } from '../model/terminals.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';
import { softBar } from './soft-bar.ts';
import { terminalTabs } from './terminal-tabs.ts';

const words = strings.terminal;
/** A runner that cannot say anything of the cluster must not keep the terminals closed. */
const mapWithinMs = 1500;

class LabTerminals extends HTMLElement implements PagePart {
	#page: LessonPage | undefined;
	#screens = new Map<string, XtermScreen>();
	/** Which terminals the screens belong to; a new sandbox has new ones. */
	#terminals: Terminals | undefined;
	#emulator: ReturnType<typeof loadEmulator> | undefined;
	#keys = softBar();
	/** True while the keyboard is on its way to a terminal that is not there yet. */
	#wantsFocus = false;
	#toldHowToLeave = false;
	#note = make('p', { class: 'terminal-note', 'aria-hidden': 'true' });

	connect(page: LessonPage) {
		this.#page = page;
		const { lab } = page;
		this.setAttribute('role', 'group');
		this.setAttribute('aria-label', words.tabs);
		this.append(this.#head(), ...lab.nodes.map((node) => this.#panel(node)), this.#keys.element, this.#note);
		this.#keys.onKey((bytes) => {
			if (bytes.length > 0) lab.terminals.value?.input(lab.front.value, bytes);
			this.focusFront();
		});
		new ResizeObserver(() => this.#screens.get(lab.front.value)?.fit()).observe(this);
		this.addEventListener('full-screen', () => this.#toggleFullScreen());
		this.addEventListener('focusin', ({ target }) => {
			if (!(target instanceof HTMLTextAreaElement)) return;
			lab.terminals.value?.turnTo(lab.front.value);
			this.#explainLeaving();
		});
		lab.terminals.subscribe((terminals) => this.#replace(terminals));
		lab.front.subscribe((node) => this.#bringToFront(node));
	}

	/** Puts the keyboard into the shell in front, as soon as there is one. */
	focusFront() {
		const there = this.#screens.get(this.#need().lab.front.value);
		this.#wantsFocus = !there;
		there?.focus();
	}

	#head(): HTMLElement {
		const { lab } = this.#need();
		const reader = button(
			{ class: 'quiet', 'aria-pressed': String(recall('reader') === 'on'), title: words.reader },
			() => {
				const on = reader.getAttribute('aria-pressed') !== 'true';
				reader.setAttribute('aria-pressed', String(on));
				remember('reader', on ? 'on' : undefined);
				for (const screen of this.#screens.values()) screen.setReader(on);
			},
			icon('reader'),
			unseen(words.reader),
		);
		const full = button(
			{ class: 'quiet', 'aria-pressed': 'false', title: `${words.fullScreen} (Alt+Enter)`, 'data-full': true },
			() => this.#toggleFullScreen(),
			icon('maximize'),
			unseen(words.fullScreen),
		);
		return make(
			'div',
			{ class: 'terminal-head' },
			terminalTabs(lab),
			make('div', { class: 'terminal-tools' }, reader, full),
		);
	}

	#panel(node: string): HTMLElement {
		return make(
			'div',
			{
				role: 'tabpanel',
				id: `terminal-${node}`,
				'aria-labelledby': `tab-${node}`,
				class: 'terminal-panel',
				hidden: true,
			},
			make('div', { class: 'screen', 'data-node': node }),
			make('div', { class: 'terminal-state', role: 'status' }),
		);
	}

	#replace(terminals: Terminals | undefined) {
		for (const screen of this.#screens.values()) screen.dispose();
		for (const element of this.querySelectorAll('.screen')) element.replaceChildren();
		this.#screens.clear();
		this.#terminals = terminals;
		if (!terminals) return this.#setFullScreen(false);
		for (const node of this.#need().lab.nodes) this.#followState(node, terminals);
		void this.#show(this.#need().lab.front.value);
	}

	#bringToFront(front: string) {
		for (const tab of this.querySelectorAll<HTMLElement>('[role=tab]')) {
			const selected = tab.id === `tab-${front}`;
			tab.setAttribute('aria-selected', String(selected));
			tab.tabIndex = selected ? 0 : -1;
			if (selected) tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
		}
		for (const panel of this.querySelectorAll<HTMLElement>('[role=tabpanel]'))
			panel.hidden = panel.id !== `terminal-${front}`;
		void this.#show(front);
	}

	/** Opens the node's shell if this is the first look at it. The size is right from the start: fonts first, then layout. */
	async #show(node: string) {
		const { lab, announce } = this.#need();
		const terminals = this.#terminals;
		if (!terminals) return;
		this.#emulator ??= loadEmulator();
		const createXtermScreen = await this.#emulator;
		// The map stands above and takes its room with the first frame. A terminal that shrinks right after its replay
		// would make full-screen programs draw again, at another place.
		await within(lab.clock, mapWithinMs, known(lab.cluster), undefined);
		await visible(this);
		const element = this.querySelector<HTMLElement>(`.screen[data-node="${node}"]`);
		const stale = terminals !== this.#terminals || lab.front.value !== node;
		if (!element || stale) return;
		const there = this.#screens.get(node);
		if (there) return there.fit();
		const screen = createXtermScreen(element, {
			label: words.title(node),
			reader: recall('reader') === 'on',
			isPageKey: (event) => pageKey(event) !== undefined && event.key !== '?',
			onInput: (bytes) => terminals.input(node, this.#keys.apply(bytes)),
			onResize: (size) => terminals.resize(node, size),
			onCopied: () => {
				announce(words.copied);
				this.#flash(words.copied);
			},
		});
		this.#screens.set(node, screen);
		terminals.show(node, screen);
		if (this.#wantsFocus) screen.focus();
		this.#wantsFocus = false;
	}

	#followState(node: string, terminals: Terminals) {
		const line = this.querySelector<HTMLElement>(`#terminal-${node} .terminal-state`);
		terminals.state(node).subscribe((state) => {
			if (!line || terminals !== this.#terminals) return;
			line.dataset.state = state.type;
			if (state.type === 'ended' || state.type === 'refused') {
				const ended = state.type === 'ended';
				const again = button(
					{ class: 'button small' },
					() => {
						terminals.reopen(node);
						this.focusFront();
					},
					ended ? words.reopen : words.retry,
				);
				line.replaceChildren(ended ? words.ended(state.reason.replace(/\.$/, '')) : state.message, ' ', again);
			} else if (state.type === 'opening') line.replaceChildren(words.connecting);
			else if (state.type === 'lost') line.replaceChildren(words.lost);
			else line.replaceChildren();
		});
	}

	#toggleFullScreen() {
		this.#setFullScreen(!this.hasAttribute('data-full-screen'));
		this.focusFront();
	}

	#setFullScreen(on: boolean) {
		this.toggleAttribute('data-full-screen', on);
		const toggle = this.querySelector<HTMLElement>('[data-full]');
		toggle?.setAttribute('aria-pressed', String(on));
		toggle?.replaceChildren(icon(on ? 'minimize' : 'maximize'), unseen(words.fullScreen));
	}

	/** Tab belongs to the shell, so whoever comes in by keyboard must hear how to get out (WCAG 2.1.2). */
	#explainLeaving() {
		if (this.#toldHowToLeave) return;
		this.#toldHowToLeave = true;
		this.#need().announce(words.leave);
		this.#flash(words.leaveNote);
	}

	#flash(text: string) {
		this.#note.textContent = text;
		for (const animation of this.#note.getAnimations()) animation.cancel();
		this.#note.animate({ opacity: [1, 1] }, { duration: 5000 });
	}

	#need(): LessonPage {
		if (!this.#page) throw new Error('<lab-terminals> is not connected to the page yet');
		return this.#page;
	}
}
customElements.define('lab-terminals', LabTerminals);

export type { LabTerminals };

/** The emulator is most of the page's weight, and a reader without a sandbox needs none of it. */
async function loadEmulator() {
	const { createXtermScreen, loadTerminalFonts } = await import('../browser/xterm-screen.ts');
	await loadTerminalFonts();
	return createXtermScreen;
}

/** Resolves when the signal has a value. */
function known<T>(value: Signal<T | undefined>): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const stop = value.subscribe((now) => {
		if (now !== undefined) resolve();
	});
	return promise.finally(stop);
}

/** Resolves when the element takes up room: before that there is nothing to fit a terminal into. */
function visible(element: HTMLElement): Promise<void> {
	return new Promise((resolve) => {
		const observer = new ResizeObserver(() => {
			if (element.clientWidth === 0 || element.clientHeight === 0) return;
			observer.disconnect();
			resolve();
		});
		observer.observe(element);
	});
}
