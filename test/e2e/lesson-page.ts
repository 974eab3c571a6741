// What a learner sees and does on a lesson page, by role and name.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** A machine under load takes its time; a test that fails says so by then. */
const patienceMs = 90_000;

export function lessonPage(page: Page) {
	const step = (id: string) => page.locator(`lab-step[data-step="${id}"]`);
	const screen = (node: string) => page.locator(`#terminal-${node} .xterm-rows`);
	return {
		async open(url: string, lesson: string) {
			await page.goto(`${url}/${lesson}/`);
		},
		async startSwarm() {
			await page.getByRole('button', { name: 'Start your swarm' }).click();
			await page.getByRole('tab', { name: 'manager1' }).waitFor({ timeout: patienceMs });
		},
		/** Runs the `number`th code block of the lesson, from 1, when nothing else runs. */
		async run(number: number) {
			await page
				.getByRole('button', { name: /^Run on / })
				.nth(number - 1)
				.click();
		},
		async untilPassed(id: string) {
			await page.locator(`lab-step[data-step="${id}"][data-status="passed"]`).waitFor({ timeout: patienceMs });
		},
		statusOf: (id: string) => step(id).getAttribute('data-status'),
		textOf: (id: string) => step(id).innerText(),
		async show(node: string) {
			await page.getByRole('tab', { name: node }).click();
		},
		/** Types a command as a person does, key by key, and presses Enter. */
		async type(node: string, command: string) {
			await page.getByRole('tab', { name: node }).click();
			await page.getByRole('textbox', { name: `Terminal of ${node}` }).focus();
			await page.keyboard.type(command, { delay: 5 });
			await page.keyboard.press('Enter');
		},
		/** What the terminal shows, without the blanks that fill its lines. */
		async screenOf(node: string) {
			const text = await screen(node).innerText();
			return text
				.replaceAll('\u00a0', ' ')
				.replace(/[ \t]+$/gm, '')
				.trim();
		},
		async untilScreen(node: string, pattern: RegExp) {
			await expect
				.poll(async () => (await this.screenOf(node)).replace(/\n/g, ' '), { timeout: patienceMs, interval: 100 })
				.toMatch(pattern);
		},
	};
}
