// A real browser: Debian's Chromium, driven by Playwright.
import { type Browser, chromium as playwright } from 'playwright-core';

export const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A browser of its own for each test file, without anything that reaches for the internet. */
export function openBrowser(): Promise<Browser> {
	return playwright.launch({
		executablePath: chromium,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}
