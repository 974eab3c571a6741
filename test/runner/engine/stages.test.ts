// Stages: what is reported, and when.
import { expect, test } from 'vitest';
import { type Report, stage } from '#runner/engine/stages.ts';

function listening(): { report: Report; heard: string[] } {
	const heard: string[] = [];
	const report: Report = {
		started: (name) => heard.push(`started ${name}`),
		line: (text) => heard.push(text),
		finished: (name, seconds) => heard.push(`finished ${name} after ${seconds} s`),
		failed: (name, seconds) => heard.push(`failed ${name} after ${seconds} s`),
	};
	return { report, heard };
}

/** A clock that is 1.5 s further each time it is read. */
const ticking = () => {
	let now = 0;
	return () => {
		now += 1500;
		return now;
	};
};

test('a stage tells its name, its lines and its seconds, and gives its result', async () => {
	const { report, heard } = listening();
	const work = async () => {
		report.line('half way');
		return 42;
	};
	expect(await stage(report, 'Engine', work, ticking())).toBe(42);
	expect(heard).toEqual(['started Engine', 'half way', 'finished Engine after 1.5 s']);
});

test('a stage that fails says so, and its error passes through', async () => {
	const { report, heard } = listening();
	const broken = new Error('no disk');
	await expect(stage(report, 'Images', () => Promise.reject(broken), ticking())).rejects.toBe(broken);
	expect(heard).toEqual(['started Images', 'failed Images after 1.5 s']);
});
