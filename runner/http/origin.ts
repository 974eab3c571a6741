// Origin: which pages may speak to the runner. Pure, so that every case is a test.
//
// A page elsewhere can make a browser send requests here, cookie included, and open WebSockets without any preflight.
// A name elsewhere can be made to point at 127.0.0.1 (DNS rebinding). So both Host and Origin must be ours.

export interface Addresses {
	/** Where the runner listens: `{ host: '127.0.0.1', port: 4400 }`. */
	listen: { host: string; port: number };
	/** The address learners use, when it is another: `https://lab.school.example`. */
	publicUrl: string | undefined;
}

/** Origins that count as ours: `['http://127.0.0.1:4400', 'http://localhost:4400', ...]`, the one to show first. */
export function ownOrigins({ listen, publicUrl }: Addresses): string[] {
	// Through URL, because a browser leaves out the port that is the scheme's own.
	const at = (host: string) => new URL(`http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`).origin;
	const local = ['localhost', '127.0.0.1', '::1'].map(at);
	if (publicUrl) return [new URL(publicUrl).origin, ...local];
	const anyInterface = listen.host === '0.0.0.0' || listen.host === '::';
	return anyInterface || local.includes(at(listen.host)) ? local : [at(listen.host), ...local];
}

export interface Asked {
	method: string;
	host: string | undefined;
	origin: string | undefined;
	/** Opens a WebSocket. */
	upgrade: boolean;
	/** Says who it is by cookie alone, which a browser adds by itself to whatever any page asks for. */
	byCookie: boolean;
}

/**
 * Whether a request may go on: `undefined`, or what is wrong with it.
 * A request by cookie that changes something or opens a socket must say its Origin; browsers always do.
 */
export function originProblem(asked: Asked, origins: string[]): string | undefined {
	const hosts = origins.map((origin) => new URL(origin).host);
	if (asked.host === undefined || !hosts.includes(asked.host.toLowerCase())) return asked.host ?? 'no host';
	if (asked.origin !== undefined) return origins.includes(asked.origin.toLowerCase()) ? undefined : asked.origin;
	const harmless = (asked.method === 'GET' || asked.method === 'HEAD') && !asked.upgrade;
	return harmless || !asked.byCookie ? undefined : 'a page that does not say its origin';
}
