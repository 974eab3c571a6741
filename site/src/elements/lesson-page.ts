// Lesson page: what the elements of a lesson get to work with.
import type { Lab } from '../model/lab.ts';

export interface LessonPage {
	lab: Lab;
	/** Says something to screen readers, politely. */
	announce(text: string): void;
	/** Puts the keyboard into the terminal in front, where that does not throw up an on-screen keyboard. */
	focusTerminal(): void;
}

/** An element that needs the page to live. */
export interface PagePart extends HTMLElement {
	connect(page: LessonPage): void;
}

export const isPagePart = (element: Element): element is PagePart => 'connect' in element;
