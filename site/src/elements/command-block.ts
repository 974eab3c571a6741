// Command block: a command that came from the runner, looking and behaving like a code block of the lesson.
import { button, make, unseen, withPlaceholders } from '../browser/dom.ts';
import { strings } from '../strings.ts';

/** A `<lab-run>` that still has to be connected to the page. */
export function commandBlock(node: string, command: string): HTMLElement {
	const block = document.createElement('lab-run');
	block.dataset.node = node;
	block.dataset.command = command;
	block.dataset.enter = 'true';
	const run = make('button', { type: 'button', class: 'run-button', 'data-run': true });
	run.append(make('span', { class: 'run-word' }, strings.run.run), unseen(` on ${node}`));
	const copy = button(
		{ class: 'run-copy' },
		() => {
			void navigator.clipboard?.writeText(command).then(() => copy.replaceChildren(strings.run.copied));
		},
		strings.run.copy,
	);
	block.append(
		make('div', { class: 'run-bar' }, make('span', { class: 'run-node' }, node), copy, run),
		make('pre', { tabindex: '0' }, make('code', {}, ...withPlaceholders(command))),
		make('p', { class: 'run-note', role: 'status' }),
	);
	return block;
}
