// Stdcopy: takes apart the stream of a command without a terminal, where Docker puts 8 bytes before each piece.
//
// Header: stream (1 stdout, 2 stderr), three zeros, length as 32 bits big-endian. From Docker's API reference, "attach".
const headerBytes = 8;

/** Feeds chunks however they are cut; `sink` gets each piece's payload, in parts when it comes in parts. */
export function stdcopyReader(
	sink: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void,
): (chunk: Uint8Array) => void {
	let header = new Uint8Array(0);
	let stream: 'stdout' | 'stderr' = 'stdout';
	let left = 0;
	return (chunk) => {
		let at = 0;
		while (at < chunk.length) {
			if (left > 0) {
				const part = chunk.subarray(at, at + left);
				at += part.length;
				left -= part.length;
				sink(stream, part);
				continue;
			}
			const wanted = chunk.subarray(at, at + headerBytes - header.length);
			at += wanted.length;
			header = Buffer.concat([header, wanted]);
			if (header.length < headerBytes) return;
			stream = header[0] === 2 ? 'stderr' : 'stdout';
			left = new DataView(header.buffer, header.byteOffset).getUint32(4);
			header = new Uint8Array(0);
		}
	};
}
