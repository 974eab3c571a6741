// Theme: dark or light, from the learner's choice or the system's.
import { recall, remember } from './remembered.ts';

export const themeChoices = ['system', 'dark', 'light'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
system.addEventListener('change', () => tell());

export function themeChoice(): ThemeChoice {
	const kept = recall('theme');
	return kept === 'dark' || kept === 'light' ? kept : 'system';
}

export function chooseTheme(choice: ThemeChoice): void {
	remember('theme', choice === 'system' ? undefined : choice);
	if (choice === 'system') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = choice;
	tell();
}

export function resolvedTheme(): 'dark' | 'light' {
	const { theme } = document.documentElement.dataset;
	if (theme === 'dark' || theme === 'light') return theme;
	return system.matches ? 'dark' : 'light';
}

/** Calls `listener` when the resolved theme may have changed. Returns the function that stops it. */
export function onTheme(listener: () => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}

function tell() {
	for (const listener of listeners) listener();
}
