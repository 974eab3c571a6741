// Marks are found wherever the output is cut.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markReader } from '#runner/proof/shell-marks.ts';

const mark = (code: number) => `\u001b]133;D;${code}\u0007`;

test('each mark is read once, with its exit code', () => {
	const reader = markReader();
	expect(reader.read(`one\r\n${mark(0)}$ two${mark(127)}`)).toEqual([0, 127]);
	expect(reader.read('$ ')).toEqual([]);
});

test('marks are found wherever the output is cut', () => {
	const piece = fc.oneof(
		fc.string(),
		fc.integer({ min: 0, max: 255 }).map(mark),
		fc.constantFrom('\u001b', '\u001b]133;', ';D;', '\u0007'),
	);
	fc.assert(
		fc.property(fc.array(piece), fc.array(fc.nat(40)), (pieces, cuts) => {
			const text = pieces.join('');
			const whole = markReader().read(text);
			const reader = markReader();
			const found: number[] = [];
			let at = 0;
			for (const cut of [...cuts, text.length]) {
				found.push(...reader.read(text.slice(at, at + cut)));
				at += cut;
			}
			expect(found).toEqual(whole);
		}),
	);
});
