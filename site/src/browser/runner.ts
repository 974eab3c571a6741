// Runner: how this browser reaches the runner of the same origin, and tells the time.

import { config } from 'zod';
import type { Fetch } from '../model/api-client.ts';
import type { Clock } from '../model/clock.ts';
import type { OpenSocket } from '../model/connection.ts';

// Otherwise zod tries whether it may compile code, which the Content-Security-Policy reports as an attack.
config({ jitless: true });

/** A runner that has not answered after this long is treated as not there. Making a sandbox answers at once. */
const answerWithinMs = 30_000;

export const browserFetch: Fetch = (url, init) =>
	fetch(url, { ...init, credentials: 'same-origin', signal: AbortSignal.timeout(answerWithinMs) });

export const openWebSocket: OpenSocket = (path, events) => {
	const ws = new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')));
	ws.binaryType = 'arraybuffer';
	ws.addEventListener('open', () => events.open());
	ws.addEventListener('close', () => events.close());
	ws.addEventListener('message', ({ data }) => {
		if (data instanceof ArrayBuffer) events.bytes(new Uint8Array(data));
		else events.text(String(data));
	});
	return {
		send: (data) => {
			// A closing socket takes nothing, and its close event is on the way.
			if (ws.readyState === WebSocket.OPEN) ws.send(data);
		},
		close: () => ws.close(),
	};
};

export const browserClock: Clock = {
	now: () => Date.now(),
	after(ms, act) {
		const timer = setTimeout(act, ms);
		return () => clearTimeout(timer);
	},
};
