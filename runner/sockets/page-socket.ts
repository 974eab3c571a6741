// Page socket: one page's connection. Reads its frames in order, and sends it what happens in its sandbox.
//
// Everything the page shows comes through here: the sandbox's state, the cluster, the steps, and the terminals' bytes.
import type { WebSocket } from 'ws';
import { LabError } from '#contract/errors.ts';
import type { Sandbox } from '#contract/sandbox.ts';
import {
	type ClientFrame,
	clientFrameSchema,
	decodeBytes,
	encodeBytes,
	frameKind,
	type ServerFrame,
} from '#contract/socket.ts';
import type { LiveSandbox } from '../sandbox/live.ts';
import type { TerminalViewer } from '../terminal/terminal.ts';

export interface PageSocketParts {
	/** The sandbox as it is now and each time it changes. Returns how to stop listening. */
	followSandbox(listener: (sandbox: Sandbox) => void): () => void;
	/** What runs for the sandbox, or `undefined` while it is being made or when it has ended. */
	live(): LiveSandbox | undefined;
	/** Called when the learner does something: the sandbox is in use. */
	onUse(): void;
	/** What any error becomes on the wire; logs what is unexpected. */
	toLabError(error: unknown): LabError;
}

/** Cluster states that a page has not read yet are worth less than the next one: above this they are left out. */
const maxQueuedBytes = 1024 * 1024;
/** A page that says it has drawn what it never read would fill the runner: above this it is cut off, and may come back. */
const mostUnsentBytes = 8 * 1024 * 1024;
/** Frames that wait for one before them. A page that sends more is not read any further until they are done. */
const mostWaitingFrames = 64;

/** Serves one page until it goes away. */
export function servePage(ws: WebSocket, parts: PageSocketParts): void {
	const viewers = new Map<number, TerminalViewer>();
	let stopFollowingLive: (() => void) | undefined;
	let followed: LiveSandbox | undefined;

	const write = (data: string | Uint8Array) => {
		if (ws.readyState !== ws.OPEN) return;
		if (ws.bufferedAmount > mostUnsentBytes) ws.terminate();
		else ws.send(data);
	};
	const send = (frame: ServerFrame) => write(JSON.stringify(frame));
	const sendError = (error: unknown, channel?: number) => {
		const { error: body } = parts.toLabError(error).toBody();
		send({ type: 'error', error: body, ...(channel === undefined ? {} : { channel }) });
	};

	const followLive = (live: LiveSandbox | undefined) => {
		if (live === followed) return;
		stopFollowingLive?.();
		stopFollowingLive = undefined;
		followed = live;
		if (!live) return;
		const sendCluster = () => {
			if (ws.bufferedAmount < maxQueuedBytes) send({ type: 'cluster', cluster: live.cluster.state });
		};
		sendCluster();
		send({ type: 'steps', steps: live.steps });
		send({ type: 'troubles', troubles: live.troubles });
		const stops = [
			live.cluster.onChange(sendCluster),
			live.onSteps((steps) => send({ type: 'steps', steps })),
			live.onTroubles((troubles) => send({ type: 'troubles', troubles })),
			live.look(),
		];
		stopFollowingLive = () => {
			for (const stop of stops) stop();
		};
	};

	const stopFollowingSandbox = parts.followSandbox((sandbox) => {
		send({ type: 'sandbox', sandbox });
		followLive(parts.live());
	});

	const requireLive = (): LiveSandbox => {
		const live = parts.live();
		if (!live) throw new LabError('sandbox.not-ready');
		return live;
	};

	const handle = async (frame: ClientFrame): Promise<void> => {
		switch (frame.type) {
			case 'open': {
				viewers.get(frame.channel)?.leave();
				viewers.delete(frame.channel);
				const { channel, node, cols, rows } = frame;
				const terminal = await requireLive().terminals.open(node);
				const viewer = await terminal.join({
					size: { cols, rows },
					onReplay: (bytes) => send({ type: 'opened', channel, node, replayBytes: bytes }),
					onOutput: (bytes, answerable) =>
						write(encodeBytes(answerable ? frameKind.output : frameKind.quiet, channel, bytes)),
					onClosed: (reason) => {
						viewers.delete(channel);
						send({ type: 'closed', channel, reason });
					},
				});
				viewers.set(channel, viewer);
				return;
			}
			case 'close':
				viewers.get(frame.channel)?.leave();
				viewers.delete(frame.channel);
				return;
			case 'resize':
				viewers.get(frame.channel)?.resize({ cols: frame.cols, rows: frame.rows });
				return;
			case 'ack':
				viewers.get(frame.channel)?.acknowledge(frame.bytes);
				return;
			case 'run': {
				const { id, node, command, enter } = frame;
				try {
					const live = requireLive();
					const filled = await live.fill(command);
					const terminal = await live.terminals.open(node);
					await terminal.type(filled, enter);
					send({ type: 'ran', id });
				} catch (error) {
					send({ type: 'ran', id, error: parts.toLabError(error).toBody().error });
				}
				return;
			}
			case 'ping':
				send({ type: 'pong' });
				return;
		}
	};

	// Frames are handled strictly one after another: what is typed after `run` comes after it. Bytes for an open terminal
	// need not wait unless something before them does.
	let queue: Promise<void> = Promise.resolve();
	let queued = 0;
	const enqueue = (work: () => void | Promise<void>, channel?: number) => {
		queued += 1;
		if (queued > mostWaitingFrames) ws.pause();
		queue = queue
			.then(work)
			.catch((error) => sendError(error, channel))
			.finally(() => {
				queued -= 1;
				if (queued === 0) ws.resume();
			});
	};

	const read = (data: Buffer, isBinary: boolean) => {
		if (isBinary) {
			parts.onUse();
			const bytes = decodeBytes(data);
			if (!bytes || bytes.kind !== frameKind.input) return;
			const type = () => viewers.get(bytes.channel)?.input(bytes.bytes);
			if (queued === 0) type();
			else enqueue(type, bytes.channel);
			return;
		}
		const frame = parseFrame(data);
		if (frame === undefined)
			sendError(
				new LabError('request.invalid', { where: 'frame', problem: 'not one of the frames in contract/socket.ts' }),
			);
		else {
			// A page that only keeps its connection open is not at work, and its lease may end.
			if (frame.type !== 'ping' && frame.type !== 'ack') parts.onUse();
			enqueue(() => handle(frame), 'channel' in frame ? frame.channel : undefined);
		}
	};
	ws.on('message', (data: Buffer, isBinary: boolean) => {
		try {
			read(data, isBinary);
		} catch (error) {
			// What an event handler throws would end the runner, and with it everybody's page.
			sendError(error);
		}
	});

	ws.on('close', () => {
		stopFollowingSandbox();
		stopFollowingLive?.();
		// A terminal that is being opened right now joins first, and leaves then.
		enqueue(() => {
			for (const viewer of viewers.values()) viewer.leave();
			viewers.clear();
		});
	});
	ws.on('error', () => ws.terminate());
}

function parseFrame(data: Buffer): ClientFrame | undefined {
	try {
		return clientFrameSchema.safeParse(JSON.parse(data.toString('utf8'))).data;
	} catch {
		return undefined;
	}
}
