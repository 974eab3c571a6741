import { describe, expect, test } from 'vitest';
import { pageKey } from '#site/model/page-keys.ts';

/** `Ctrl+Alt+1` as the event a browser makes of it. */
function press(keys: string) {
	const parts = keys.split('+');
	const key = parts.at(-1) ?? '';
	const held = (name: string) => parts.slice(0, -1).includes(name);
	return {
		key,
		code: /^[0-9]$/.test(key) ? `Digit${key}` : key,
		altKey: held('Alt'),
		ctrlKey: held('Ctrl'),
		metaKey: held('Meta'),
		shiftKey: held('Shift'),
	};
}

describe('keys of the page', () => {
	test.each([
		['F6', { type: 'region', step: 1 }],
		['Shift+F6', { type: 'region', step: -1 }],
		['Alt+Enter', { type: 'full-screen' }],
		['Ctrl+Alt+1', { type: 'node', number: 1 }],
		['Ctrl+Alt+9', { type: 'node', number: 9 }],
		['Shift+?', { type: 'help' }],
	])('%s', (keys, meaning) => {
		expect(pageKey(press(keys))).toEqual(meaning);
	});

	test.each([
		'Enter',
		'Tab',
		'Escape',
		'Ctrl+c',
		'Ctrl+F6',
		'Ctrl+Alt+0',
		'Alt+1',
		'Ctrl+1',
		'Ctrl+Alt+Enter',
		'Ctrl+?',
	])('%s is the shell’s', (keys) => expect(pageKey(press(keys))).toBeUndefined());

	test('a digit counts by its place, whatever character the layout makes of it', () => {
		expect(pageKey({ ...press('Ctrl+Alt+2'), key: '²' })).toEqual({ type: 'node', number: 2 });
	});
});
