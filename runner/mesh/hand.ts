// Hand: the runner's end of infra/node/mesh-hand.c, the program that does the mesh's work inside a node.
import type { Duplex } from 'node:stream';
import type { DockerEvent, PipeStream } from '#runner/engine/engine.ts';

/** Where the node image has it. */
export const handPath = '/usr/local/lib/shoal/mesh-hand';

export interface HandListener {
	event(event: DockerEvent): void;
	/** A polled gossip table, at first and when it changed. Status 0: no answer, `body` says why. */
	saw(path: string, status: number, body: string): void;
	/** Somebody else changed rules in the namespace, or it is a new one. */
	touched(namespace: string): void;
	engine(state: 'up' | 'down'): void;
	/** Every two seconds. */
	alive(): void;
	ipvs(state: string): void;
}

export interface HandAnswer {
	/** HTTP status, or exit code. */
	status: number;
	body: string;
}

export interface Hand {
	run(namespace: string, script: string): Promise<HandAnswer>;
	get(source: 'docker' | 'gossip', path: string): Promise<HandAnswer>;
	poll(paths: string[]): void;
	poke(): void;
	watch(namespaces: string[]): void;
	hold(ports: string[]): void;
	close(): void;
	/** Resolves when the hand is gone, for whatever reason. */
	ended: Promise<void>;
}

const framesWithBody = new Set(['ran', 'got', 'saw', 'event']);

/** Cuts a byte stream into frames: words of the line, and the body. */
function frameReader(onFrame: (words: string[], body: string) => void): (chunk: Buffer) => void {
	let rest: Buffer = Buffer.alloc(0);
	return (chunk) => {
		rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		for (;;) {
			const newline = rest.indexOf(10);
			if (newline < 0) return;
			const words = rest.toString('utf8', 0, newline).split(' ');
			const length = framesWithBody.has(words[0] ?? '') ? Number(words.at(-1)) : 0;
			const end = newline + 1 + length;
			if (rest.length < end) return;
			onFrame(words, rest.toString('utf8', newline + 1, end));
			rest = rest.subarray(end);
		}
	};
}

/** Speaks to a hand that `engine.openPipe(id, [handPath])` has started. */
export function takeHand(pipe: PipeStream, listener: HandListener): Hand {
	const duplex: Duplex = pipe.duplex;
	const waiting = new Map<string, (answer: HandAnswer) => void>();
	let nextId = 1;
	let gone = false;

	const ended = new Promise<void>((resolve) => {
		const end = () => {
			gone = true;
			for (const answer of waiting.values()) answer({ status: -1, body: 'the node’s hand is gone' });
			waiting.clear();
			resolve();
		};
		duplex.once('close', end);
		duplex.once('end', end);
		duplex.once('error', end);
	});

	const read = frameReader((words, body) => {
		const [verb = '', name = '', status = ''] = words;
		if (verb === 'alive') listener.alive();
		else if (verb === 'saw') listener.saw(name, Number(status), body);
		else if (verb === 'event') listener.event(JSON.parse(body) as DockerEvent);
		else if (verb === 'touched') listener.touched(name);
		else if (verb === 'engine') listener.engine(name === 'up' ? 'up' : 'down');
		else if (verb === 'ipvs') listener.ipvs(name);
		else if (verb === 'ran' || verb === 'got') {
			waiting.get(name)?.({ status: Number(status), body });
			waiting.delete(name);
		}
	});
	duplex.on('data', (chunk: Buffer) => {
		if (!gone) read(chunk);
	});

	const say = (text: string) => {
		if (!gone && duplex.writable) duplex.write(text);
	};
	const ask = (line: (id: string) => string) =>
		new Promise<HandAnswer>((resolve) => {
			const id = String(nextId++);
			if (gone) return resolve({ status: -1, body: 'the node’s hand is gone' });
			waiting.set(id, resolve);
			say(line(id));
		});

	return {
		run: (namespace, script) => ask((id) => `run ${id} ${namespace} ${Buffer.byteLength(script)}\n${script}`),
		get: (source, path) => ask((id) => `get ${id} ${source} ${path}\n`),
		poll: (paths) => say(`poll ${paths.join(' ')}\n`),
		poke: () => say('poke\n'),
		watch: (namespaces) => say(`watch ${namespaces.join(' ')}\n`),
		hold: (ports) => say(`hold ${ports.join(' ')}\n`),
		close: () => duplex.destroy(),
		ended,
	};
}
