// A lesson page comes to life: makes the lab, and gives it to every element that shows a part of it.
import { pick } from '../browser/dom.ts';
import { browserClock, browserFetch, openWebSocket } from '../browser/runner.ts';
import '../elements/lab-cluster.ts';
import '../elements/lab-connection.ts';
import '../elements/lab-keys.ts';
import '../elements/lab-lease.ts';
import '../elements/lab-panes.ts';
import '../elements/lab-progress.ts';
import '../elements/lab-run.ts';
import '../elements/lab-sandbox.ts';
import '../elements/lab-split.ts';
import '../elements/lab-step.ts';
import type { LabTerminals } from '../elements/lab-terminals.ts';
import '../elements/lab-terminals.ts';
import '../elements/lab-theme.ts';
import '../elements/lab-troubles.ts';
import { isPagePart, type LessonPage } from '../elements/lesson-page.ts';
import { createApi } from '../model/api-client.ts';
import { createLab } from '../model/lab.ts';
import { strings } from '../strings.ts';

const { lesson = '', nodes = '', steps = '' } = pick(document, 'lab-lesson').dataset;
const stepIds = steps.split(' ');
const api = createApi(browserFetch);
const lab = createLab({
	lesson,
	nodes: nodes.split(' '),
	stepIds,
	api,
	openSocket: openWebSocket,
	clock: browserClock,
	random: Math.random,
});

const page: LessonPage = {
	lab,
	announce(text) {
		const line = document.createElement('span');
		line.textContent = `${text} `;
		pick(document, '[data-announcer]').replaceChildren(line);
	},
	focusTerminal() {
		if (matchMedia('(pointer: coarse)').matches) return;
		pick<LabTerminals>(document, 'lab-terminals').focusFront();
	},
};

for (const element of document.querySelectorAll('*')) if (isPagePart(element)) element.connect(page);

lab.onPass((step, number) => {
	const claim = document.querySelector(`[data-step="${step.id}"] [data-claim]`)?.textContent?.trim() ?? '';
	const all = lab.steps.views.value.every(({ status }) => status === 'passed');
	page.announce(`${strings.step.passed(number, stepIds.length, claim)} ${all ? strings.step.allPassed : ''}`.trim());
});

await lab.session.look();
const progress = lab.session.state.value.type === 'no-runner' ? undefined : await api('progress');
if (progress?.ok) lab.steps.restore(progress.value.lessons[lesson] ?? {});
