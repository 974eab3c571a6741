// DOM: makes elements in one expression.
import { fish, fishViewBox, type IconName, icons } from '../icons.ts';
import { parseInline } from '../model/inline-markdown.ts';
import { findPlaceholders } from '../model/placeholders.ts';
import { strings } from '../strings.ts';

type Attributes = Record<string, string | number | boolean | undefined>;
export type Child = Node | string | undefined | false;

/** An element with attributes (`true` is an empty one, `false` and `undefined` leave it out) and children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
	name: Name,
	attributes: Attributes = {},
	...children: Child[]
): HTMLElementTagNameMap[Name] {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : String(value));
	}
	element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
	return element;
}

/** A button with what it does. */
export function button(attributes: Attributes, act: () => void, ...children: Child[]): HTMLButtonElement {
	const element = make('button', { type: 'button', ...attributes }, ...children);
	element.addEventListener('click', act);
	return element;
}

export function icon(name: IconName): SVGSVGElement {
	return svg('0 0 24 24', icons[name], 'icon');
}

export function fishIcon(): SVGSVGElement {
	return svg(fishViewBox, fish, 'fish');
}

function svg(viewBox: string, path: string, className: string): SVGSVGElement {
	const element = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
	element.setAttribute('viewBox', viewBox);
	element.setAttribute('class', className);
	element.setAttribute('aria-hidden', 'true');
	const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
	shape.setAttribute('d', path);
	element.append(shape);
	return element;
}

/** Words that only screen readers say. */
export function unseen(text: string): HTMLSpanElement {
	return make('span', { class: 'visually-hidden' }, text);
}

/** A sentence with `code`, strong and emphasized parts, as hints and explanations have them. */
export function sentence(text: string): Node[] {
	return parseInline(text).map((span) =>
		span.type === 'text' ? document.createTextNode(span.text) : make(span.type, {}, span.text),
	);
}

/** A text whose `{{...}}` values are shown in words. */
export function withPlaceholders(text: string): (Node | string)[] {
	const parts: (Node | string)[] = [];
	let at = 0;
	for (const { from, to, name, words } of findPlaceholders(text)) {
		parts.push(text.slice(at, from), make('span', { class: 'value', title: strings.run.value(name) }, words));
		at = to;
	}
	return [...parts, text.slice(at)];
}

/** The one element below `root` that matches. Markup and code belong together, so a missing one is a mistake. */
export function pick<Kind extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): Kind {
	const found = root.querySelector<Kind>(selector);
	if (!found) throw new Error(`no ${selector} here`);
	return found;
}
