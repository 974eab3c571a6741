// Command duplex: the bytes of a command in a container, both ways, over a connection taken from Docker's API.
import { Duplex } from 'node:stream';
import { stdcopyReader } from './stdcopy.ts';

/**
 * Wraps the connection of an exec without a terminal: reads its stdout, and gives its stderr to `onStderr`. Ending it closes the command's stdin; destroying it closes the connection. It stands in for a net.Socket where
 * node:http wants one, so the calls that http makes on sockets are here and do nothing.
 */
export class CommandDuplex extends Duplex {
	readonly #connection: Duplex;

	constructor(connection: Duplex, onStderr?: (bytes: Uint8Array) => void) {
		// The connection ends when the command has: then there is nobody to write to.
		super({ allowHalfOpen: false });
		this.#connection = connection;
		const demultiplex = stdcopyReader((stream, bytes) => {
			if (stream === 'stderr') onStderr?.(bytes);
			else if (!this.push(bytes)) connection.pause();
		});
		connection.on('data', demultiplex);
		connection.once('end', () => this.push(null));
		connection.once('error', (error) => this.destroy(error));
		connection.once('close', () => {
			if (!this.readableEnded) this.push(null);
		});
	}

	override _read(): void {
		this.#connection.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#connection.write(chunk, done);
	}

	override _final(done: (error?: Error | null) => void): void {
		this.#connection.end(done);
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#connection.destroy();
		done(error);
	}

	setKeepAlive(): this {
		return this;
	}
	setNoDelay(): this {
		return this;
	}
	setTimeout(): this {
		return this;
	}
	ref(): this {
		return this;
	}
	unref(): this {
		return this;
	}
}
