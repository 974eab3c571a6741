// Lesson text: a small lesson that has everything, and ways to spoil it.
export const lessonText = `---
title: Scale a service
summary: Ask for three copies.
minutes: 10
topology: { managers: 1, workers: 2, swarm: formed }
images: ["carmeloc/goweb:1.0"]
needs: day-01/01-form-a-swarm
steps:
  - id: scale-up
    checks:
      - service: goweb
        replicas: 3
        running: { min: 3 }
        notOn: [worker1]
      - http: http://manager1:8888/
        body: Hello
    hints: ["It takes NAME=COUNT."]
    solution:
      - { on: manager1, run: "docker service scale goweb=3" }
    wrong:
      - { on: manager1, run: "docker service scale goweb=2" }
      - - { on: manager1, run: "docker node ls" }
        - { on: worker1, run: "ping {{manager1.ip}}" }
---

Ask for three copies.

\`\`\`sh run=manager1
docker service scale goweb=3
docker service ls --format '{{.Name}}'
\`\`\`

<Step id="scale-up">Three copies run.</Step>
`;

/** The lesson with one thing replaced; throws when there is nothing to replace. */
export function spoiled(...changes: [from: string, to: string][]): string {
	return changes.reduce((text, [from, to]) => {
		if (!text.includes(from)) throw new Error(`the lesson has no ${JSON.stringify(from)}`);
		return text.replace(from, () => to);
	}, lessonText);
}
