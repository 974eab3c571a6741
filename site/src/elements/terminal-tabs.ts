// Terminal tabs: one for each node, with what the cluster says of it; arrow keys move between them.
import { button, make } from '../browser/dom.ts';
import type { Lab } from '../model/lab.ts';
import { strings } from '../strings.ts';

const words = strings.terminal;

/** The tab list. Which tab is selected is set by who owns the panels. */
export function terminalTabs(lab: Lab): HTMLElement {
	const tabs = lab.nodes.map((node, at) =>
		button(
			{
				role: 'tab',
				id: `tab-${node}`,
				'aria-controls': `terminal-${node}`,
				title: `${words.title(node)} (Ctrl+Alt+${at + 1})`,
			},
			() => lab.choose(node),
			make('span', { class: 'tab-dot', 'aria-hidden': 'true' }),
			node,
		),
	);
	const list = make('div', { role: 'tablist', 'aria-label': words.tabs }, ...tabs);
	list.addEventListener('keydown', (event) => {
		const now = lab.nodes.indexOf(lab.front.value);
		const last = tabs.length - 1;
		const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
		if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
		event.preventDefault();
		const wrapped = (to + tabs.length) % tabs.length;
		lab.choose(lab.nodes[wrapped] ?? lab.front.value);
		tabs[wrapped]?.focus();
	});
	lab.cluster.subscribe((cluster) => {
		lab.nodes.forEach((name, at) => {
			const node = cluster?.nodes.find((one) => one.name === name);
			tabs[at]?.toggleAttribute('data-leader', node?.leader ?? false);
			tabs[at]?.toggleAttribute('data-down', node?.engine === 'down' || node?.status === 'down');
		});
	});
	return list;
}
