// Cross-checks: whether the parts of a lesson agree: steps and text, nodes and topology, images, values. Pure.
import type { Check } from '#contract/check.ts';
import type { LessonFrontmatter } from '#contract/lesson.ts';
import { nodeNames } from '#contract/topology.ts';
import { isProbe, passesUntouched } from '#runner/checks/steps.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Frontmatter, Path, Position } from './frontmatter.ts';
import type { Problem } from './problem.ts';
import type { Body } from './scan-body.ts';
import { knownValues, valuesIn } from './values.ts';

type Report = (position: Position, message: string, hint?: string) => Problem;

export interface Parts {
	lesson: LessonFrontmatter;
	frontmatter: Frontmatter;
	body: Body;
	/** Names of the images that the course builds; `undefined` to let any pass. */
	knownImages: readonly string[] | undefined;
	report: Report;
}

/** Everything in which the parts of a lesson disagree; the frontmatter is valid by itself. */
export function crossCheck(parts: Parts): Problem[] {
	return [...steps(parts), ...nodes(parts), ...images(parts), ...values(parts), ...untouched(parts)];
}

function steps({ lesson, frontmatter, body, report }: Parts): Problem[] {
	const ids = lesson.steps.map((step) => step.id);
	const seen = new Map<string, Position>();
	const problems = body.tags.flatMap(({ name, position, attributes }) => {
		if (name !== 'Step') return [];
		const { id } = attributes;
		if (id === undefined) return [report(position, '<Step> needs an id, as in <Step id="init">')];
		const first = seen.get(id.value);
		seen.set(id.value, first ?? id.position);
		if (first) return [report(id.position, `step "${id.value}" stands in the text twice, first in line ${first.line}`)];
		if (ids.includes(id.value)) return [];
		return [unknown(report, id.position, `the frontmatter has no step "${id.value}"`, id.value, ids, 'steps')];
	});
	const absent = lesson.steps.flatMap((step, index) => {
		if (seen.has(step.id)) return [];
		const message = `step "${step.id}" has no <Step id="${step.id}"> in the text`;
		return [report(frontmatter.positionOf(['steps', index, 'id']), message)];
	});
	return [...problems, ...absent];
}

function nodes({ lesson, frontmatter, body, report }: Parts): Problem[] {
	const names = nodeNames(lesson.topology);
	const check = (position: Position, name: string) => {
		if (names.includes(name)) return [];
		return [unknown(report, position, `the topology has no node "${name}"`, name, names, 'nodes')];
	};
	const inText = [
		...body.blocks.flatMap((block) => (block.run === undefined ? [] : check(block.runPosition, block.run))),
		...body.tags.flatMap(({ attributes: { node } }) => (node ? check(node.position, node.value) : [])),
	];
	const inChecks = lesson.steps.flatMap((step, index) =>
		step.checks.flatMap((each, number) =>
			nodesOfCheck(each).flatMap(({ path, name }) =>
				check(frontmatter.positionOf(['steps', index, 'checks', number, ...path]), name),
			),
		),
	);
	const inCommands = commandsOf(lesson).flatMap(({ path, on }) => check(frontmatter.positionOf([...path, 'on']), on));
	return [...inText, ...inChecks, ...inCommands];
}

function nodesOfCheck(check: Check): { path: Path; name: string }[] {
	if (isProbe(check)) {
		return 'http' in check
			? [{ path: ['http'], name: new URL(check.http).hostname }]
			: [{ path: ['on'], name: check.on }];
	}
	if ('node' in check) return [{ path: ['node'], name: check.node }];
	if ('swarm' in check) return check.leader === undefined ? [] : [{ path: ['leader'], name: check.leader }];
	if (!('service' in check)) return [];
	return [
		...(check.on ?? []).map((name, index) => ({ path: ['on', index], name })),
		...(check.notOn ?? []).map((name, index) => ({ path: ['notOn', index], name })),
	];
}

function commandsOf(lesson: LessonFrontmatter): { path: Path; on: string; run: string }[] {
	return lesson.steps.flatMap((step, index) => [
		...step.solution.map((command, number) => ({ ...command, path: ['steps', index, 'solution', number] })),
		...step.wrong.flatMap((wrong, number) => {
			const path = ['steps', index, 'wrong', number];
			if (!Array.isArray(wrong)) return [{ ...wrong, path }];
			return wrong.map((command, place) => ({ ...command, path: [...path, place] }));
		}),
	]);
}

function images({ lesson, frontmatter, knownImages, report }: Parts): Problem[] {
	if (knownImages === undefined) return [];
	return lesson.images.flatMap((image, index) => {
		if (knownImages.includes(image)) return [];
		const position = frontmatter.positionOf(['images', index]);
		return [unknown(report, position, `no image "${image}" among those of the course`, image, knownImages, 'images')];
	});
}

function values({ lesson, frontmatter, body, report }: Parts): Problem[] {
	const known = knownValues(nodeNames(lesson.topology));
	const check = (text: string, positionAt: (index: number) => Position) =>
		valuesIn(text).flatMap(({ name, index }) => {
			if (known.includes(name)) return [];
			return [unknown(report, positionAt(index), `there is no value "{{${name}}}"`, name, known, 'values')];
		});
	const inText = body.blocks.flatMap((block) =>
		block.run === undefined
			? []
			: block.lines.flatMap(({ text, position }) =>
					check(text, (index) => ({ line: position.line, column: position.column + index })),
				),
	);
	const inCommands = commandsOf(lesson).flatMap(({ path, run }) =>
		check(run, () => frontmatter.positionOf([...path, 'run'])),
	);
	return [...inText, ...inCommands];
}

/** A first step that a fresh sandbox fulfils can never be seen to become true. */
function untouched({ lesson, frontmatter, report }: Parts): Problem[] {
	const [first] = lesson.steps;
	if (first === undefined || !passesUntouched(first, lesson.topology)) return [];
	const position = frontmatter.positionOf(['steps', 0, 'checks']);
	return [report(position, `step "${first.id}" passes in a fresh sandbox, before anybody has done anything`)];
}

function unknown(
	report: Report,
	position: Position,
	message: string,
	word: string,
	known: readonly string[],
	noun: string,
): Problem {
	const closest = didYouMean(word, known);
	const hint = known.length > 0 ? `${noun}: ${known.join(', ')}` : `there are no ${noun}`;
	return report(position, closest ? `${message}, did you mean "${closest}"?` : message, hint);
}
