// <lab-cluster>: the swarm as a map of nodes with their tasks as fish, and the same as a table.
import { button, fishIcon, icon, make, unseen } from '../browser/dom.ts';
import {
	type ClusterView,
	createColours,
	type NodeView,
	type ServiceView,
	type TaskView,
	viewCluster,
} from '../model/cluster-view.ts';
import { strings } from '../strings.ts';
import type { LessonPage, PagePart } from './lesson-page.ts';

const words = strings.cluster;

class LabCluster extends HTMLElement implements PagePart {
	#nodes = make('ul', { class: 'nodes', role: 'list' });
	#services = make('ul', { class: 'services', role: 'list', 'aria-label': words.services });
	#table = make('div', { class: 'cluster-table', hidden: true });
	#summary = make('p', { class: 'cluster-summary' }, words.loading);

	connect({ lab, focusTerminal }: LessonPage) {
		const colourOf = createColours();
		const toggle = button(
			{ class: 'quiet', 'aria-pressed': 'false', title: words.view },
			() => this.#turn(toggle),
			icon('table'),
			make('span', { class: 'word' }, words.table),
		);
		this.append(
			// What stands inside already, the sandbox's switches, goes to the end of this line.
			make('div', { class: 'cluster-head' }, this.#summary, toggle, ...this.children),
			this.#nodes,
			this.#services,
			this.#table,
		);
		lab.cluster.subscribe((cluster) => {
			if (!cluster) return this.#forget();
			const view = viewCluster(cluster, colourOf);
			this.dataset.swarm = view.swarm;
			this.#summary.textContent = view.summary;
			this.#summary.title = view.summary;
			this.#drawNodes(view, (node) => {
				lab.choose(node);
				focusTerminal();
			});
			this.#mark(lab.front.value);
			this.#services.replaceChildren(...serviceLines(view));
			this.#table.replaceChildren(tableOf(view));
		});
		lab.front.subscribe((front) => this.#mark(front));
	}

	/** The node whose terminal is in front. */
	#mark(front: string) {
		for (const node of this.#nodes.querySelectorAll<HTMLElement>('.node')) {
			node.toggleAttribute('data-front', node.dataset.node === front);
		}
	}

	#forget() {
		this.#nodes.replaceChildren();
		this.#services.replaceChildren();
		this.#table.replaceChildren();
		this.#summary.textContent = words.loading;
	}

	#turn(toggle: HTMLButtonElement) {
		const table = toggle.getAttribute('aria-pressed') !== 'true';
		toggle.setAttribute('aria-pressed', String(table));
		this.#table.hidden = !table;
		this.#nodes.hidden = table;
		this.#services.hidden = table;
	}

	/** Keeps the elements of nodes that stay, so that focus and animations do. */
	#drawNodes(view: ClusterView, choose: (node: string) => void) {
		const places = placesOf(this.#nodes);
		const old = new Map(
			[...this.#nodes.children].map((item) => [(item as HTMLElement).dataset.node, item as HTMLElement]),
		);
		const items = view.nodes.map((node) => {
			const item = old.get(node.name) ?? nodeItem(node.name, choose);
			drawNode(item, node);
			return item;
		});
		if (items.length !== old.size || items.some((item) => !item.isConnected)) this.#nodes.replaceChildren(...items);
		swim(this.#nodes, places);
	}
}
customElements.define('lab-cluster', LabCluster);

function nodeItem(name: string, choose: (node: string) => void): HTMLLIElement {
	return make(
		'li',
		{ class: 'node', 'data-node': name },
		button(
			{ class: 'node-name', title: words.open(name) },
			() => choose(name),
			make('span', { class: 'node-title' }, name),
			icon('crown'),
			unseen(''),
		),
		make('p', { class: 'node-facts' }),
		make('ul', { class: 'tasks', role: 'list' }),
	);
}

function drawNode(item: HTMLElement, node: NodeView) {
	item.dataset.health = node.health;
	item.dataset.role = node.role;
	item.toggleAttribute('data-leader', node.leader);
	const [name, facts, tasks] = item.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
	const status = [node.roleText, node.statusText].filter(Boolean).join(' · ');
	const hidden = name.querySelector('.visually-hidden');
	if (hidden) hidden.textContent = `, ${status}`;
	facts.replaceChildren(
		make('span', { class: 'node-role' }, node.roleText),
		make('span', { class: 'node-status' }, node.statusText),
	);
	tasks.setAttribute('aria-label', `${strings.cluster.columns.tasks}: ${node.name}`);
	const old = new Map([...tasks.children].map((one) => [(one as HTMLElement).dataset.task, one as HTMLElement]));
	tasks.replaceChildren(...node.tasks.map((task) => drawTask(old.get(task.id), task)));
}

function drawTask(old: HTMLElement | undefined, task: TaskView): HTMLElement {
	const item = old ?? make('li', { class: 'task', 'data-task': task.id }, fishIcon(), unseen(''));
	item.dataset.phase = task.phase;
	item.dataset.slot = task.slot;
	item.dataset.colour = String(task.colour);
	item.title = task.text;
	const text = item.querySelector('.visually-hidden');
	if (text) text.textContent = task.text;
	return item;
}

function serviceLines(view: ClusterView): HTMLElement[] {
	const waiting = view.waiting.map((task) => drawTask(undefined, task));
	const lines = view.services.map((service) => serviceLine(service));
	if (lines.length === 0 && waiting.length === 0) return [make('li', { class: 'muted' }, words.noServices)];
	return waiting.length === 0
		? lines
		: [
				...lines,
				make('li', { class: 'waiting' }, `${words.waiting}:`, make('ul', { class: 'tasks', role: 'list' }, ...waiting)),
			];
}

function serviceLine({ name, running, replicas, ports, colour }: ServiceView): HTMLElement {
	return make(
		'li',
		{ class: 'service', 'data-colour': colour, 'data-complete': running === replicas },
		fishIcon(),
		make('span', { class: 'service-name' }, name),
		make('span', { class: 'service-count', 'aria-hidden': 'true' }, words.running(running, replicas)),
		unseen(words.runningLong(running, replicas)),
		ports.length > 0 && make('span', { class: 'service-ports' }, ports.join(', ')),
	);
}

function tableOf(view: ClusterView): HTMLTableElement {
	const head = Object.values(words.columns).map((title) => make('th', { scope: 'col' }, title));
	const rows = view.nodes.map((node) =>
		make(
			'tr',
			{},
			make('th', { scope: 'row' }, node.name),
			make('td', {}, node.roleText || '–'),
			make('td', {}, node.statusText),
			make('td', {}, node.tasks.map((task) => task.text).join(', ') || words.noTasks),
		),
	);
	return make(
		'table',
		{},
		make('caption', {}, view.summary),
		make('thead', {}, make('tr', {}, ...head)),
		make('tbody', {}, ...rows),
	);
}

/** Where each fish is now, by its slot. */
function placesOf(nodes: HTMLElement): Map<string, DOMRect> {
	const tasks = nodes.querySelectorAll<HTMLElement>('.task[data-phase=running], .task[data-phase=leaving]');
	return new Map([...tasks].map((task) => [`${task.dataset.slot}`, task.getBoundingClientRect()]));
}

/** A task that replaces one on another node swims over from there. */
function swim(nodes: HTMLElement, places: Map<string, DOMRect>) {
	if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
	for (const task of nodes.querySelectorAll<HTMLElement>('.task:not([data-phase=leaving])')) {
		const from = places.get(`${task.dataset.slot}`);
		const to = task.getBoundingClientRect();
		if (!from || to.width === 0 || Math.hypot(from.x - to.x, from.y - to.y) < 2) continue;
		task.animate([{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: 'none' }], {
			duration: 700,
			easing: 'cubic-bezier(.3, 0, .2, 1)',
		});
	}
}
