// Socket: the frames of `GET /api/sandboxes/:id/socket`, one WebSocket per page.
//
// Text frames are JSON, one of the unions below. Binary frames carry terminal bytes and nothing else:
//   byte 0  kind      0 output, 1 input, 2 output that the page must not let its emulator answer: a replay, or another page's
//   byte 1  channel   the number that `opened` gave
//   rest    bytes     exactly what the shell wrote or the learner typed
import { z } from 'zod';
import { clusterStateSchema } from './cluster.ts';
import { errorBodySchema } from './errors.ts';
import { sandboxSchema, stepProgressSchema, troubleSchema } from './sandbox.ts';
import { nodeNameSchema } from './topology.ts';

export const frameKind = { output: 0, input: 1, quiet: 2 } as const;
export type FrameKind = (typeof frameKind)[keyof typeof frameKind];

/** Flow control, with VS Code's numbers (src/vs/platform/terminal/common/terminal.ts). Counted in bytes here. */
export const flow = {
	/** Unacknowledged bytes at which a viewer stops being sent to. */
	highWater: 100_000,
	/** Unacknowledged bytes below which it is sent to again. */
	lowWater: 5_000,
	/** The page acknowledges each time it has written this many. */
	ackEvery: 5_000,
	/** The first bytes leave at once; what follows is gathered for this long, ... */
	coalesceMs: 4,
	/** ... or until there is this much. */
	coalesceBytes: 65_536,
} as const;

const channel = z.int().min(0).max(255);
const cols = z.int().min(2).max(1000);
const rows = z.int().min(1).max(500);

export const clientFrameSchema = z.discriminatedUnion('type', [
	/** Show a node's terminal on a channel of the page's choice. The same terminal again after a reload. */
	z.strictObject({ type: z.literal('open'), channel, node: nodeNameSchema, cols, rows }),
	z.strictObject({ type: z.literal('close'), channel }),
	z.strictObject({ type: z.literal('resize'), channel, cols, rows }),
	z.strictObject({ type: z.literal('ack'), channel, bytes: z.int().min(1) }),
	/** Type a lesson's command into a node's terminal, values filled in; `enter` also presses Enter. */
	z.strictObject({
		type: z.literal('run'),
		id: z.string().max(64).describe('Comes back in `ran`.'),
		node: nodeNameSchema,
		command: z.string().max(65_536),
		enter: z.boolean().default(true),
	}),
	z.strictObject({ type: z.literal('ping') }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

export const serverFrameSchema = z.discriminatedUnion('type', [
	z.strictObject({ type: z.literal('sandbox'), sandbox: sandboxSchema }),
	z.strictObject({ type: z.literal('cluster'), cluster: clusterStateSchema }),
	z.strictObject({ type: z.literal('steps'), steps: z.array(stepProgressSchema) }),
	/** The terminal is there. Replayed output (kind 2) follows, `replayBytes` of it, then live output. */
	z.strictObject({ type: z.literal('opened'), channel, node: nodeNameSchema, replayBytes: z.int() }),
	/** The shell ended, or its node did. `open` again starts a new shell. */
	z.strictObject({ type: z.literal('closed'), channel, reason: z.string() }),
	z.strictObject({ type: z.literal('ran'), id: z.string(), error: errorBodySchema.shape.error.optional() }),
	/** Something that concerns the whole page; `channel` when it concerns one terminal. */
	z.strictObject({ type: z.literal('error'), error: errorBodySchema.shape.error, channel: channel.optional() }),
	/** All that is wrong with nodes at the moment; empty when nothing is. */
	z.strictObject({ type: z.literal('troubles'), troubles: z.array(troubleSchema) }),
	z.strictObject({ type: z.literal('pong') }),
]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;

/** One binary frame. */
export function encodeBytes(kind: FrameKind, channelNumber: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	const frame = new Uint8Array(2 + bytes.length);
	frame[0] = kind;
	frame[1] = channelNumber;
	frame.set(bytes, 2);
	return frame;
}

/** The parts of a binary frame, or `undefined` when it is too short to be one. */
export function decodeBytes(frame: Uint8Array): { kind: number; channel: number; bytes: Uint8Array } | undefined {
	const [kind, channelNumber] = frame;
	if (kind === undefined || channelNumber === undefined) return undefined;
	return { kind, channel: channelNumber, bytes: frame.subarray(2) };
}
