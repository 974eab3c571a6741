import { expect, test } from 'vitest';
import { typedCommand } from '#runner/terminal/typed-command.ts';

const typed = (command: string, enter: boolean) => new TextDecoder().decode(typedCommand(command, enter));

test('a command ends with Enter when it is to run', () => {
	expect(typed('docker node ls', true)).toBe('docker node ls\r');
	expect(typed('docker node ls', false)).toBe('docker node ls');
});

test('every line ends with Enter, however the lesson’s file ends its lines', () => {
	expect(typed('one\ntwo\r\nthree\n', true)).toBe('one\rtwo\rthree\r');
});

test('without Enter the last line waits for the learner', () => {
	expect(typed('one\ntwo\n', false)).toBe('one\rtwo');
});

test('a tab is a tab, not a wish for completion', () => {
	expect(typed('cat <<E\n\tx\nE', true)).toBe('cat <<E\r\x16\tx\rE\r');
});

test('any characters pass as UTF-8', () => {
	expect([...typedCommand('ü', false)]).toEqual([0xc3, 0xbc]);
});
