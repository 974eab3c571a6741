// Stdcopy: the stream of a command without a terminal, cut anywhere.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stdcopyReader } from '#runner/engine/stdcopy.ts';

type Piece = { stream: 'stdout' | 'stderr'; bytes: Uint8Array };

function frame({ stream, bytes }: Piece): Buffer {
	const header = Buffer.alloc(8);
	header[0] = stream === 'stdout' ? 1 : 2;
	header.writeUInt32BE(bytes.length, 4);
	return Buffer.concat([header, bytes]);
}

function read(chunks: Uint8Array[]): { stdout: string; stderr: string } {
	const out = { stdout: '', stderr: '' };
	const feed = stdcopyReader((stream, bytes) => {
		out[stream] += Buffer.from(bytes).toString('latin1');
	});
	for (const chunk of chunks) feed(chunk);
	return out;
}

test('stdout and stderr are told apart', () => {
	const whole = Buffer.concat([
		frame({ stream: 'stdout', bytes: Buffer.from('one\n') }),
		frame({ stream: 'stderr', bytes: Buffer.from('oops\n') }),
		frame({ stream: 'stdout', bytes: Buffer.from('two\n') }),
	]);
	expect(read([whole])).toEqual({ stdout: 'one\ntwo\n', stderr: 'oops\n' });
});

test('however the network cuts it, every byte arrives once and in order', () => {
	const piece = fc.record({ stream: fc.constantFrom('stdout' as const, 'stderr' as const), bytes: fc.uint8Array() });
	fc.assert(
		fc.property(fc.array(piece), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (pieces, cuts) => {
			const whole = Buffer.concat(pieces.map(frame));
			const chunks: Uint8Array[] = [];
			for (let at = 0, turn = 0; at < whole.length; turn++) {
				const size = cuts[turn % cuts.length] ?? 1;
				chunks.push(whole.subarray(at, at + size));
				at += size;
			}
			const joined = (stream: Piece['stream']) =>
				Buffer.concat(pieces.filter((each) => each.stream === stream).map((each) => each.bytes)).toString('latin1');
			expect(read(chunks)).toEqual({ stdout: joined('stdout'), stderr: joined('stderr') });
		}),
	);
});
