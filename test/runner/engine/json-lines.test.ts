// JSON lines: values one a line, as Docker streams them.
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { jsonLines } from '#runner/engine/json-lines.ts';

async function collect(stream: Readable): Promise<unknown[]> {
	const all: unknown[] = [];
	for await (const value of jsonLines(stream)) all.push(value);
	return all;
}

async function values(...chunks: string[]): Promise<unknown[]> {
	return collect(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));
}

test('each line is a value, wherever chunks end', async () => {
	expect(await values('{"a":1}\n{"b', '":2}\n', '\n{"c":3}')).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
});

test('a character that is cut in two is whole again', async () => {
	const bytes = Buffer.from('{"name":"Zürich"}\n');
	const cut = bytes.indexOf(0xc3) + 1;
	const stream = Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)]);
	expect(await collect(stream)).toEqual([{ name: 'Zürich' }]);
});

test('a line that never ends is given up', async () => {
	const piece = 'x'.repeat(1024 * 1024);
	await expect(values('{"a":1}\n"', ...Array.from({ length: 8 }, () => piece))).rejects.toThrow('a line is too long');
});

test('a last line that is cut off is left out', async () => {
	expect(await values('{"a":1}\n{"b":')).toEqual([{ a: 1 }]);
});
