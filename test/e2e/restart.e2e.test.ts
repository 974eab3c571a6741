// The runner is killed, and started again: the page that was open has its shells back.
import { expect, test } from 'vitest';
import { openBrowser } from '../setup/browser.ts';
import { startLab } from './lab.ts';
import { lessonPage } from './lesson-page.ts';

test('kill -9 of the runner and a new start give the open page its shells, screens and ticks back', {
	timeout: 300_000,
}, async () => {
	const first = await startLab();
	const browser = await openBrowser();
	try {
		const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
		const lesson = lessonPage(page);
		await lesson.open(first.url, 'day-01/01-form-a-swarm');
		await lesson.startSwarm();
		await lesson.type('manager1', 'KEPT=by-the-holder; docker swarm init >/dev/null && echo formed');
		await lesson.untilPassed('init');
		// Something goes on in the shell while nobody holds its other end.
		await lesson.type('manager1', 'for i in 1 2 3 4 5 6; do sleep 1; echo line $i of 6; done');
		await lesson.untilScreen('manager1', /line 1 of 6/);

		first.process.kill('SIGKILL');
		await page
			.getByText(/connection|reconnect/i)
			.first()
			.waitFor({ timeout: 30_000 });
		await using second = await startLab({ SHOAL_PORT: String(first.port) });
		expect(second.url).toBe(first.url);

		await lesson.untilScreen('manager1', /line 1 of 6 .*line 6 of 6/);
		await lesson.type('manager1', 'echo "KEPT is $KEPT"');
		await lesson.untilScreen('manager1', /KEPT is by-the-holder/);
		expect(await lesson.statusOf('init')).toBe('passed');
	} finally {
		await browser.close();
		first.process.kill('SIGKILL');
	}
});
