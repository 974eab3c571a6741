import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HoldFrame, holdFrameReader, inputFrames, sizeFrame } from '#runner/terminal/hold-frames.ts';

const frame = (kind: string, content: Uint8Array) =>
	Buffer.concat([Buffer.from(kind), Buffer.from([0, content.length >> 8, content.length & 0xff]), content]);

function read(chunks: Uint8Array[]): HoldFrame[] {
	const frames: HoldFrame[] = [];
	const reader = holdFrameReader((each) =>
		frames.push(each.type === 'output' ? { ...each, bytes: Uint8Array.from(each.bytes) } : each),
	);
	for (const chunk of chunks) reader(chunk);
	return frames;
}

describe('frames of the holder', () => {
	test('are read however they are cut', () => {
		const contents = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 });
		fc.assert(
			fc.property(contents, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (outputs, sizes) => {
				const stream = Buffer.concat(outputs.map((bytes) => frame('o', bytes)));
				const chunks: Uint8Array[] = [];
				for (let at = 0, i = 0; at < stream.length; i++) {
					const size = sizes[i % sizes.length] ?? 1;
					chunks.push(stream.subarray(at, at + size));
					at += size;
				}
				expect(read(chunks)).toEqual(outputs.map((bytes) => ({ type: 'output', bytes })));
			}),
		);
	});

	test('say hello with places, and which shell it is', () => {
		const content = Buffer.alloc(20);
		content.writeUInt32BE(10, 0);
		content.writeBigUInt64BE(5_000_000_000n, 4);
		content.writeBigUInt64BE(0xabcdn, 12);
		expect(read([frame('h', content)])).toEqual([
			{ type: 'hello', replayBytes: 10, written: 5_000_000_000, shell: 'abcd' },
		]);
	});

	test('end with an exit code', () => {
		expect(read([frame('x', Uint8Array.of(137))])).toEqual([{ type: 'exit', code: 137 }]);
	});

	test('that are none are refused', () => {
		expect(() => read([Buffer.from('?\0\0\0')])).toThrow(RangeError);
		expect(() => read([Buffer.from([0x6f, 0xff, 0xff, 0xff])])).toThrow('a frame of 16777215 bytes');
	});

	test('carry what was typed in order, in pieces that the holder takes', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 200_000 }), (length) => {
				const typed = Uint8Array.from({ length }, (_, index) => index % 251);
				const frames = inputFrames(typed);
				expect(frames.every((each) => each.length <= 4 + 32 * 1024)).toBe(true);
				expect(Buffer.compare(Buffer.concat(frames.map((each) => each.subarray(4))), typed)).toBe(0);
			}),
			{ numRuns: 20 },
		);
	});

	test('carry a size', () => {
		expect([...sizeFrame({ cols: 300, rows: 40 })]).toEqual([0x73, 0, 0, 4, 1, 44, 0, 40]);
	});
});
