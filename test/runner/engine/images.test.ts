// Images of a course: found by their folders, named by their Dockerfiles.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { imageNameOf, lessonImageSources } from '#runner/engine/images.ts';

let labs: string;

beforeEach(async () => {
	labs = await mkdtemp(join(tmpdir(), 'shoal-labs-'));
});
afterEach(() => rm(labs, { recursive: true, force: true }));

async function image(name: string, dockerfile: string): Promise<void> {
	await mkdir(join(labs, 'images', name), { recursive: true });
	await writeFile(join(labs, 'images', name, 'Dockerfile'), dockerfile);
}

test.each([
	['# image: carmeloc/goweb:1.0', 'carmeloc/goweb:1.0'],
	['#image:web:latest\nFROM scratch', 'web:latest'],
	['# image: registry.local:5000/team/web:2', undefined],
	['# image: goweb', undefined],
	['FROM scratch\n# image: late:1', undefined],
	['', undefined],
])('the name in %j', (dockerfile, name) => {
	expect(imageNameOf(dockerfile)).toBe(name);
});

test('every folder with a Dockerfile is an image, in the order of folders', async () => {
	await image('web', '# image: web:1\nFROM scratch\n');
	await image('api', '# image: api:2\nFROM scratch\n');
	await mkdir(join(labs, 'images', 'notes'));
	expect((await lessonImageSources(labs)).map(({ reference }) => reference)).toEqual(['api:2', 'web:1']);
});

test('a course without images has none', async () => {
	expect(await lessonImageSources(labs)).toEqual([]);
});

test('a Dockerfile that does not say its name is an error that says what to write', async () => {
	await image('web', 'FROM scratch\n');
	const failure = await lessonImageSources(labs).catch((error: Error) => error.message.replaceAll(labs, 'labs'));
	expect(failure).toMatchInlineSnapshot(`
		"The image labs/images/web could not be built:
		The first line of labs/images/web/Dockerfile should say its name: # image: name:tag"
	`);
});
