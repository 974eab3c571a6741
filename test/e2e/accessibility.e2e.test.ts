// Every kind of page, in both themes, at desktop and phone width: no violation that axe-core can find.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../setup/browser.ts';
import { type Lab, startLab } from './lab.ts';
import { lessonPage } from './lesson-page.ts';

let lab: Lab;
let browser: Browser;
let axe: string;

beforeAll(async () => {
	axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
	[lab, browser] = await Promise.all([startLab(), openBrowser()]);
});
afterAll(async () => {
	await browser?.close();
	await lab?.[Symbol.asyncDispose]();
});

async function violations(page: Page): Promise<string[]> {
	// The page's own policy forbids foreign scripts, so axe comes in through the debugger.
	await page.evaluate(axe);
	return page.evaluate(async () => {
		const { axe } = globalThis as unknown as {
			axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
		};
		const found = await axe.run();
		return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
	});
}

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
	test.each([
		['the course', '/', 1440],
		['a lesson', '/day-01/01-form-a-swarm/', 1280],
		['a lesson on a phone', '/day-01/01-form-a-swarm/', 390],
		['a page that is not there', '/nothing/', 1280],
	])('%s', async (_, path, width) => {
		const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
		await page.goto(lab.url + path);
		expect(await violations(page)).toEqual([]);
		const overflow = await page.evaluate(
			() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		);
		expect(overflow).toBeLessThanOrEqual(0);
		await page.close();
	});
});

test('a lesson at work, by keyboard alone', { timeout: 180_000 }, async () => {
	const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
	const lesson = lessonPage(page);
	await lesson.open(lab.url, 'day-01/01-form-a-swarm');
	await page.getByRole('button', { name: 'Start your swarm' }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('tab', { name: 'manager1' }).waitFor({ timeout: 90_000 });
	await page.getByRole('textbox', { name: 'Terminal of manager1' }).focus();
	await page.keyboard.type('docker swarm init\n', { delay: 5 });
	await lesson.untilPassed('init');
	expect(await violations(page)).toEqual([]);
	// Tab belongs to the shell; F6 leaves the terminal.
	const inTerminal = () => page.evaluate(() => document.activeElement?.closest('.xterm') !== null);
	await page.keyboard.press('Tab');
	expect(await inTerminal()).toBe(true);
	await page.keyboard.press('F6');
	expect(await inTerminal()).toBe(false);
	await page.close();
});
