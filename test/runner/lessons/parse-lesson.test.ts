// Parsing a lesson: what a good one becomes, and what is said of every mistake, word for word.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblem } from '#runner/lessons/format-problem.ts';
import { parseLesson } from '#runner/lessons/parse-lesson.ts';
import { lessonText, spoiled } from './lesson-text.ts';

const parse = (text: string) =>
	parseLesson({ file: 'labs/day-01/02-scale.mdx', id: 'day-01/02-scale', text, knownImages: ['carmeloc/goweb:1.0'] });

/** The problems as a teacher reads them. */
function said(...changes: [string, string][]): string {
	const parsed = parse(spoiled(...changes));
	return parsed.ok ? 'no problem' : `\n${parsed.problems.map(formatProblem).join('\n')}\n`;
}

test('a good lesson', () => {
	const parsed = parse(lessonText);
	expect(parsed).toMatchObject({
		ok: true,
		lesson: {
			id: 'day-01/02-scale',
			title: 'Scale a service',
			topology: { managers: 1, workers: 2, swarm: 'formed' },
			steps: [{ id: 'scale-up', checks: [{ service: 'goweb', running: { min: 3 } }, { status: 200 }] }],
		},
	});
});

test('Windows line ends', () => {
	expect(parse(lessonText.replaceAll('\n', '\r\n')).ok).toBe(true);
});

test('an unknown key in a check names the key that was meant', () => {
	expect(said(['replicas: 3', 'replica: 3'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:12:9  unknown key "replica", did you mean "replicas"?
		   12 |         replica: 3
		      |         ^
		      = keys of a service check: service, image, mode, replicas, running, nodes, on, notOn, published, networks, update, absent
		"
	`);
});

test('unknown keys elsewhere', () => {
	expect(said(['minutes: 10', 'minutes: 10\ntopolgy: x'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:5:1  unknown key "topolgy", did you mean "topology"?
		    5 | topolgy: x
		      | ^
		      = known keys: title, summary, minutes, topology, images, needs, steps
		"
	`);
	expect(said(['swarm: formed', 'swam: formed'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:5:38  unknown key "swam", did you mean "swarm"?
		    5 | topology: { managers: 1, workers: 2, swam: formed }
		      |                                      ^
		      = keys of "topology": managers, workers, swarm
		"
	`);
	expect(said(['hints: [', 'hint: ['])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:17:5  unknown key "hint", did you mean "hints"?
		   17 |     hint: ["It takes NAME=COUNT."]
		      |     ^
		      = known keys: id, checks, hints, solution, wrong
		"
	`);
	expect(said(['{ min: 3 }', '{ mn: 3 }'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:13:20  unknown key "mn", did you mean "min"?
		   13 |         running: { mn: 3 }
		      |                    ^
		      = keys of "running": min, max
		"
	`);
	expect(
		said(['{ on: manager1, run: "docker node ls" }', '{ on: manager1, ran: "docker node ls" }']),
	).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:22:27  unknown key "ran", did you mean "run"?
		   22 |       - - { on: manager1, ran: "docker node ls" }
		      |                           ^
		      = known keys: on, run
		"
	`);
});

test('a check without a noun, and one that is nearly one', () => {
	expect(said(['service: goweb', 'replicated: goweb'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:11:9  a check starts with one of swarm, node, service, network, secret, config, stack, http, exec
		   11 |       - replicated: goweb
		      |         ^
		"
	`);
	expect(said(['service: goweb', 'sevice: goweb'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:11:9  a check starts with one of swarm, node, service, network, secret, config, stack, http, exec; did you mean "service"?
		   11 |       - sevice: goweb
		      |         ^
		"
	`);
	expect(
		said([
			'      - service: goweb\n        replicas: 3\n        running: { min: 3 }\n        notOn: [worker1]\n',
			'      - goweb\n',
		]),
	).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:11:9  a check is a set of keys that starts with one of swarm, node, service, network, secret, config, stack, http, exec
		   11 |       - goweb
		      |         ^
		"
	`);
});

test('wrong types', () => {
	expect(said(['minutes: 10', 'minutes: ten'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:4:10  "minutes" should be a number, not "ten"
		    4 | minutes: ten
		      |          ^
		"
	`);
	expect(said(['minutes: 10', 'minutes: 1.5'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:4:10  "minutes" should be a whole number, not 1.5
		    4 | minutes: 1.5
		      |          ^
		"
	`);
	expect(said(['replicas: 3', 'replicas: three'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:12:19  "replicas" should be a whole number such as 3, or a range such as { min: 2 }, not "three"
		   12 |         replicas: three
		      |                   ^
		"
	`);
	expect(said(['notOn: [worker1]', 'notOn: worker1'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:14:16  "notOn" should be a list, not "worker1"
		   14 |         notOn: worker1
		      |                ^
		"
	`);
	expect(said(['title: Scale a service', 'title:'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:2:7  "title" is empty
		    2 | title:
		      |       ^
		"
	`);
	expect(said(['images: ["carmeloc/goweb:1.0"]', 'images: 5'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:6:9  "images" should be a list, not 5
		    6 | images: 5
		      |         ^
		"
	`);
});

test('values out of bounds', () => {
	expect(said(['minutes: 10', 'minutes: 0'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:4:10  "minutes" should be at least 1, not 0
		    4 | minutes: 0
		      |          ^
		"
	`);
	expect(said(['managers: 1', 'managers: 9'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:5:11  a topology has at most 7 nodes
		    5 | topology: { managers: 9, workers: 2, swarm: formed }
		      |           ^
		labs/day-01/02-scale.mdx:5:23  "managers" should be at most 5, not 9
		    5 | topology: { managers: 9, workers: 2, swarm: formed }
		      |                       ^
		"
	`);
	expect(said(['managers: 1, workers: 2', 'managers: 5, workers: 6'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:5:11  a topology has at most 7 nodes
		    5 | topology: { managers: 5, workers: 6, swarm: formed }
		      |           ^
		"
	`);
	expect(said(['swarm: formed', 'swarm: formd'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:5:45  "swarm" should be one of formed, unformed, not "formd"; did you mean "formed"?
		    5 | topology: { managers: 1, workers: 2, swarm: formd }
		      |                                             ^
		"
	`);
	expect(said(['title: Scale a service', 'title: ""'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:2:8  "title" should not be empty
		    2 | title: ""
		      |        ^
		"
	`);
	expect(said(['id: scale-up', 'id: Scale Up'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:9:9  "id" is "Scale Up"; a step id is lower-case words joined by "-"
		    9 |   - id: Scale Up
		      |         ^
		"
	`);
	expect(said(['http://manager1:8888/', 'https://example.org/'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:15:15  "http" is "https://example.org/"; write http://<node>:<port>/<path>
		   15 |       - http: https://example.org/
		      |               ^
		"
	`);
});

test('what is missing', () => {
	expect(said(['minutes: 10\n', ''])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:2:1  "minutes" is missing
		    2 | title: Scale a service
		      | ^
		"
	`);
	expect(
		said(['    solution:\n      - { on: manager1, run: "docker service scale goweb=3" }\n', '']),
	).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:9:5  "solution" is missing
		    9 |   - id: scale-up
		      |     ^
		"
	`);
	expect(
		said(['    solution:\n      - { on: manager1, run: "docker service scale goweb=3" }\n', '    solution: []\n']),
	).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:18:15  "solution" should have at least 1 entry
		   18 |     solution: []
		      |               ^
		"
	`);
});

test('all problems of a file at once, from top to bottom', () => {
	expect(
		said(['minutes: 10', 'minutes: ten'], ['replicas: 3', 'replica: 3'], ['on: worker1', 'at: worker1']),
	).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:4:10  "minutes" should be a number, not "ten"
		    4 | minutes: ten
		      |          ^
		labs/day-01/02-scale.mdx:12:9  unknown key "replica", did you mean "replicas"?
		   12 |         replica: 3
		      |         ^
		      = keys of a service check: service, image, mode, replicas, running, nodes, on, notOn, published, networks, update, absent
		labs/day-01/02-scale.mdx:23:11  "on" is missing
		   23 |         - { at: worker1, run: "ping {{manager1.ip}}" }
		      |           ^
		labs/day-01/02-scale.mdx:23:13  unknown key "at"
		   23 |         - { at: worker1, run: "ping {{manager1.ip}}" }
		      |             ^
		      = known keys: on, run
		"
	`);
});

test('YAML that is none', () => {
	expect(said(['images: ["carmeloc/goweb:1.0"]', 'images: ["carmeloc/goweb:1.0"'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:7:1  flow sequence in block collection must be sufficiently indented and end with a ]
		    7 | needs: day-01/01-form-a-swarm
		      | ^
		      = something before this place has no end, or this line is indented otherwise than its neighbours
		"
	`);
	expect(said(['minutes: 10', 'title: Twice'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:4:1  map keys must be unique
		    4 | title: Twice
		      | ^
		"
	`);
	expect(said(['summary: Ask for three copies.', 'summary: Ask: three'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:3:10  nested mappings are not allowed in compact mappings
		    3 | summary: Ask: three
		      |          ^
		      = a text with ": " in it goes in quotes
		"
	`);
});

test('no frontmatter', () => {
	const parsed = parseLesson({ file: 'x.mdx', id: 'day-01/x', text: 'Just words.' });
	expect(parsed.ok ? '' : parsed.problems.map(formatProblem).join('\n')).toMatchInlineSnapshot(`
		"x.mdx:1:1  a lesson begins with frontmatter: a line "---", YAML, and another line "---"
		    1 | Just words.
		      | ^"
	`);
	expect(parseLesson({ file: 'x.mdx', id: 'day-01/x', text: '---\ntitle: x\n' }).ok).toBe(false);
	expect(parseLesson({ file: 'x.mdx', id: 'day-01/x', text: '---\n---\n' }).ok).toBe(false);
	expect(parseLesson({ file: 'x.mdx', id: 'day-01/x', text: '' }).ok).toBe(false);
});

test('a file name that cannot be a lesson', () => {
	const parsed = parseLesson({ file: 'x.mdx', id: 'Day 1/Über', text: lessonText });
	expect(parsed.ok ? '' : parsed.problems[0]?.message).toMatchInlineSnapshot(
		`""Day 1/Über" cannot be the name of a lesson: use lower-case letters, digits and "-""`,
	);
});

test('steps and text', () => {
	expect(said(['<Step id="scale-up">', '<Step id="scale-upp">'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:9:9  step "scale-up" has no <Step id="scale-up"> in the text
		    9 |   - id: scale-up
		      |         ^
		labs/day-01/02-scale.mdx:33:11  the frontmatter has no step "scale-upp", did you mean "scale-up"?
		   33 | <Step id="scale-upp">Three copies run.</Step>
		      |           ^
		      = steps: scale-up
		"
	`);
	expect(said(['<Step id="scale-up">Three copies run.</Step>', 'The end.'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:9:9  step "scale-up" has no <Step id="scale-up"> in the text
		    9 |   - id: scale-up
		      |         ^
		"
	`);
	expect(said(['<Step id="scale-up">', '<Step id="scale-up">a</Step>\n\n<Step id="scale-up">'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:35:11  step "scale-up" stands in the text twice, first in line 33
		   35 | <Step id="scale-up">Three copies run.</Step>
		      |           ^
		"
	`);
	expect(said(['<Step id="scale-up">', '<Step>a</Step> <Step id="scale-up">'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:33:1  <Step> needs an id, as in <Step id="init">
		   33 | <Step>a</Step> <Step id="scale-up">Three copies run.</Step>
		      | ^
		"
	`);
	expect(said(['<Step id="scale-up">', '```html\n<Step id="other">\n```\n<Step id="scale-up">'])).toBe('no problem');
});

test('two steps with one id', () => {
	const twice = `  - id: scale-up\n    checks: [{ service: x }]\n    solution: [{ on: manager1, run: x }]\n---\n\nAsk`;
	expect(said(['---\n\nAsk', twice])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:24:9  another step has the id "scale-up" already
		   24 |   - id: scale-up
		      |         ^
		"
	`);
});

test('nodes that the topology has not', () => {
	expect(said(['run=manager1', 'run=worker3'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:28:11  the topology has no node "worker3"
		   28 | \`\`\`sh run=worker3
		      |           ^
		      = nodes: manager1, worker1, worker2
		"
	`);
	expect(said(['notOn: [worker1]', 'notOn: [worker3]'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:14:17  the topology has no node "worker3"
		   14 |         notOn: [worker3]
		      |                 ^
		      = nodes: manager1, worker1, worker2
		"
	`);
	expect(said(['http://manager1:8888/', 'http://manager2:8888/'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:15:15  the topology has no node "manager2", did you mean "manager1"?
		   15 |       - http: http://manager2:8888/
		      |               ^
		      = nodes: manager1, worker1, worker2
		"
	`);
	expect(said(['on: worker1', 'on: worker5'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:23:17  the topology has no node "worker5"
		   23 |         - { on: worker5, run: "ping {{manager1.ip}}" }
		      |                 ^
		      = nodes: manager1, worker1, worker2
		"
	`);
	expect(
		said(['<Step id="scale-up">', '<Break node="worker3" how="stop" />\n<Step id="scale-up">']),
	).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:33:14  the topology has no node "worker3"
		   33 | <Break node="worker3" how="stop" />
		      |              ^
		      = nodes: manager1, worker1, worker2
		"
	`);
});

test('values that do not exist', () => {
	expect(said(['{{manager1.ip}}', '{{manager2.ip}}'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:23:31  there is no value "{{manager2.ip}}", did you mean "manager1.ip"?
		   23 |         - { on: worker1, run: "ping {{manager2.ip}}" }
		      |                               ^
		      = values: swarm.workerToken, swarm.managerToken, manager1.ip, worker1.ip, worker2.ip
		"
	`);
	expect(said(['docker service scale goweb=3\ndocker', 'join {{swarm.workerTokn}}\ndocker'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:29:6  there is no value "{{swarm.workerTokn}}", did you mean "swarm.workerToken"?
		   29 | join {{swarm.workerTokn}}
		      |      ^
		      = values: swarm.workerToken, swarm.managerToken, manager1.ip, worker1.ip, worker2.ip
		"
	`);
});

test('images that the course does not build', () => {
	expect(said(['images: ["carmeloc/goweb:1.0"]', 'images: ["carmeloc/goweb:1"]'])).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:6:10  no image "carmeloc/goweb:1" among those of the course, did you mean "carmeloc/goweb:1.0"?
		    6 | images: ["carmeloc/goweb:1"]
		      |          ^
		      = images: carmeloc/goweb:1.0
		"
	`);
});

test('a first step that a fresh sandbox fulfils', () => {
	const untouched = '- swarm: formed\n        workers: 2\n';
	expect(
		said(
			['- service: goweb\n        replicas: 3\n        running: { min: 3 }\n        notOn: [worker1]\n', untouched],
			['      - http: http://manager1:8888/\n        body: Hello\n', ''],
		),
	).toMatchInlineSnapshot(`
		"
		labs/day-01/02-scale.mdx:11:7  step "scale-up" passes in a fresh sandbox, before anybody has done anything
		   11 |       - swarm: formed
		      |       ^
		"
	`);
});

test('whatever is cut out of a lesson: an answer, and every problem has its place in the file', () => {
	fc.assert(
		fc.property(fc.nat(lessonText.length), fc.nat(60), fc.string({ maxLength: 6 }), (from, length, instead) => {
			const text = lessonText.slice(0, from) + instead + lessonText.slice(from + length);
			const parsed = parse(text);
			if (parsed.ok) return;
			expect(parsed.problems.length).toBeGreaterThan(0);
			const lines = text.split(/\r?\n/);
			for (const { line, column, message, sourceLine } of parsed.problems) {
				expect(sourceLine).toBe(lines[line - 1] ?? '');
				expect(column).toBeGreaterThan(0);
				expect(message).not.toMatch(/undefined|\[object|Invalid input/);
			}
		}),
		{ numRuns: 1_000 },
	);
});
