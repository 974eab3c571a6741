// Node: the mesh in one node. Keeps a view of what the node says, and applies what the rules say.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerEvent, Engine } from '#runner/engine/engine.ts';
import { type Endpoint, readPeers, readTable, readVerbose, unknownOwners, type VerboseServices } from './gossip.ts';
import { type Hand, handPath, takeHand } from './hand.ts';
import {
	balancerAddress,
	gatewayOf,
	gatewayPath,
	type InspectedNetwork,
	isEncrypted,
	networkOfTable,
	networkPath,
	networksPath,
	peersPath,
	swarmNetworks,
	tablePath,
	verbosePath,
} from './networks.ts';
import { createRuleWriter } from './rule-writer.ts';
import { forgottenBetween, type NodeView, noRules, rulesFor } from './rules.ts';
import { encryptionProbe, forgetScript, ownBalancerProbe, scriptsOf } from './script.ts';
import { createTroubles } from './troubles.ts';

/** Who balances in a node: `mesh` is this one, the others are Docker's own and the mesh leaves the node alone. */
export type Balancer = 'ipvs' | 'nftables' | 'mesh' | 'unknown';

export interface SandboxNode {
	name: string;
	address: string;
	containerId: string;
}

export interface MeshNodeListener {
	/** The endpoints that the node knows in a network changed. */
	tableChanged(networkId: string, before: Endpoint[], after: Endpoint[]): void;
	/** The node stopped answering, or answers again. */
	reachable(state: 'answers' | 'silent' | 'ended'): void;
	/** A container of the node begins to stop (`stopping`) or has started. */
	container(name: string, state: 'stopping' | 'started'): void;
	/** `troubles` has another answer. */
	troubled(): void;
}

export interface MeshNode {
	node: SandboxNode;
	balancer(): Balancer;
	/** What is wrong and lasts, a sentence each. */
	troubles(): string[];
	/** Network ID -> what the node's gossip has. */
	tables: ReadonlyMap<string, Endpoint[]>;
	/** Works out the rules anew and applies what differs. */
	update(): void;
	/** Looks at gossip often for a moment. */
	poke(): void;
	/** Resolves when everything known so far is applied. */
	settled(): Promise<void>;
	close(): Promise<void>;
}

/** Signals that end a container in practice: `docker stop` and `docker kill` send TERM and KILL, some images QUIT or INT. */
const endingSignals = new Set(['2', '3', '9', '15', 'SIGINT', 'SIGQUIT', 'SIGKILL', 'SIGTERM']);
const silentAfterMs = 5_000;
/** A hand that says nothing for so long is replaced. */
const lostAfterMs = 20_000;
/** Networks are looked at when the engine tells of them; a worker's engine does not tell of all that its managers do. */
const lookEveryMs = 60_000;
/** Rules are put back at once when they change; this is for what nobody reports, such as addresses and sysctls. */
const rewriteEveryMs = 300_000;
const touchedPauseMs = 150;
/** A manager tells that a swarm's network is removed when it has decided so; on the node it is gone somewhat later. */
const removalTakesMs = 2_000;
/** Between two questions to an engine that says that it is up, and does not answer yet. */
const enginePauseMs = 250;
/** The part of Docker's answer to `GET /info` that matters here. */
interface EngineInfo {
	/** Since Engine 28. */
	FirewallBackend?: { Driver?: string };
	Swarm: { LocalNodeState: string };
}
const encryptionOf = (network: string) => `encryption of ${network}`;
const noIngress =
	'The swarm has no ingress network: ports are published nowhere until `docker network create --driver overlay --ingress ingress`.';

const halfBalanced =
	'The Docker Engine uses the firewall nftables and cannot balance with it yet: published ports do not answer from other nodes. Use `"firewall-backend": "iptables"` in `/etc/docker/daemon.json`.';

export function startMeshNode(
	node: SandboxNode,
	parts: {
		engine: Engine;
		departed(networkId: string): ReadonlySet<string>;
		listener: MeshNodeListener;
		now?: () => number;
	},
): MeshNode {
	const { engine, departed, listener } = parts;
	const now = parts.now ?? (() => performance.now());
	const stopping = new AbortController();
	const tables = new Map<string, Endpoint[]>();
	const peers = new Map<string, string>();
	/** What the hand was told to go on doing. */
	const told = new Map<string, string>();
	/** Networks whose gossip cannot be read. */
	const blind = new Set<string>();
	/** Network ID -> when what came about it so far has been read. An older answer must never end after a newer one. */
	const turns = new Map<string, Promise<void>>();
	/** Network ID -> the answer with owners that the node's list of peers does not have yet. */
	const unresolved = new Map<string, string>();
	let networks: { id: string; ingress: boolean; balancer: string | undefined }[] = [];
	let hadIngress = false;
	let gateway: NodeView['gateway'];
	let ruleSet = noRules;
	let ipvs = 'unknown';
	/** Whether the engine balances with nftables; `undefined` until it has said so much of itself. */
	let hasOwnBalancer: boolean | undefined;
	let engineIsUp = false;
	let hand: Hand | undefined;
	let lastAlive = now();
	let state: 'answers' | 'silent' | 'ended' | undefined;
	let working: Promise<void> | undefined;
	let again = false;
	let looking: Promise<void> | undefined;
	let lookAgain = false;
	let removal: NodeJS.Timeout | undefined;
	const probed = new Set<string>();
	const troubles = createTroubles(() => listener.troubled());
	const writer = createRuleWriter({ now, troubles, again: () => update() });
	const become = (next: 'answers' | 'silent' | 'ended') => {
		if (state === next) return;
		state = next;
		listener.reachable(next);
	};
	const balancer = (): Balancer => {
		if (hasOwnBalancer) return 'nftables';
		if (ipvs === 'usable') return 'ipvs';
		return ipvs === 'unknown' || hasOwnBalancer === undefined ? 'unknown' : 'mesh';
	};

	const notUnderstood = (error: Error) =>
		troubles.is('networks', `What the node says of its networks is not understood: ${error.message}`);

	/** Reads networks and gateway; what changed meanwhile is read once more. */
	const lookAtNetworks = (): Promise<void> => {
		lookAgain = true;
		looking ??= (async () => {
			while (lookAgain && hand) {
				lookAgain = false;
				await readNetworks(hand);
			}
		})()
			.catch(notUnderstood)
			.finally(() => {
				looking = undefined;
			});
		return looking;
	};
	const readNetworks = async (from: Hand) => {
		const [list, bridge] = await Promise.all([from.get('docker', networksPath), from.get('docker', gatewayPath)]);
		if (list.status !== 200) return;
		const listed = swarmNetworks(list.body);
		const hasIngress = listed.some((network) => network.Ingress);
		const lacksIngress = !hasIngress && (listed.length > 0 || (hadIngress && (await isInSwarm(from))));
		hadIngress = hasIngress || lacksIngress;
		if (lacksIngress) troubles.is('ingress', noIngress);
		else troubles.over('ingress');
		const inspected = await Promise.all(listed.map((network) => from.get('docker', networkPath(network.Id))));
		const known = inspected
			.filter((answer) => answer.status === 200)
			.map((answer) => JSON.parse(answer.body) as InspectedNetwork);
		const encrypted = known.filter((network) => isEncrypted(network) && balancerAddress(network));
		for (const name of probed)
			if (!encrypted.some(({ Name }) => Name === name)) {
				probed.delete(name);
				troubles.over(encryptionOf(name));
			}
		for (const { Name } of encrypted) void probeEncryption(from, Name);
		networks = known.map((network) => ({
			id: network.Id,
			ingress: network.Ingress,
			balancer: balancerAddress(network),
		}));
		gateway = bridge.status === 200 ? gatewayOf(JSON.parse(bridge.body) as InspectedNetwork) : undefined;
		for (const id of tables.keys()) if (!networks.some((network) => network.id === id)) setTable(id, []);
		const present = networks.filter((network) => network.balancer !== undefined);
		const paths = present.map((network) => tablePath(network.id));
		tell(from, 'poll', paths);
		const isGone = (id: string) => !present.some((network) => network.id === id);
		for (const id of [...blind].filter(isGone)) blind.delete(id);
		for (const id of [...unresolved.keys()].filter(isGone)) unresolved.delete(id);
		for (const id of [...turns.keys()].filter(isGone)) turns.delete(id);
		troubles.over('networks');
		update();
	};
	/** Who leaves a swarm loses its networks too, and misses none. */
	const isInSwarm = async (from: Hand): Promise<boolean> => {
		const info = await from.get('docker', '/info');
		return info.status === 200 && (JSON.parse(info.body) as EngineInfo).Swarm.LocalNodeState === 'active';
	};
	/** Docker makes the network and starts the tasks, and says nowhere that they will never reach each other. */
	const probeEncryption = async (from: Hand, network: string) => {
		if (probed.has(network)) return;
		probed.add(network);
		const answer = await from.run('-', encryptionProbe);
		if (answer.status === 1)
			troubles.is(
				encryptionOf(network),
				`The network ${network} is encrypted, which this kernel cannot do (${answer.body.trim().replace(/^Error: |\.$/g, '')}): its tasks do not reach other nodes.`,
			);
	};
	/** Tells the hand what it should go on doing, if that is news. */
	const tell = (to: Hand, verb: 'poll' | 'watch' | 'hold', words: string[]) => {
		if (told.get(verb) === words.join(' ')) return;
		told.set(verb, words.join(' '));
		to[verb](words);
	};

	const setTable = (networkId: string, endpoints: Endpoint[]) => {
		const before = tables.get(networkId) ?? [];
		if (endpoints.length === 0) tables.delete(networkId);
		else tables.set(networkId, endpoints);
		listener.tableChanged(networkId, before, endpoints);
		update();
	};
	const inTurn = (id: string, read: () => Promise<void>) => {
		const turn = (turns.get(id) ?? Promise.resolve()).then(read).catch(notUnderstood);
		turns.set(id, turn);
	};
	const readGossip = async (from: Hand, id: string, status: number, body: string) => {
		try {
			if (status !== 200) throw new TypeError(body);
			await readAnswer(from, id, body);
			blind.delete(id);
		} catch {
			// The port is not open yet, or the node has just left its swarm. Otherwise somebody changed daemon.json.
			blind.add(id);
			await readInstead(from, id);
		}
	};
	const readAnswer = async (from: Hand, id: string, body: string) => {
		if (unknownOwners(body, peers).length > 0) {
			const answer = await from.get('gossip', peersPath(id));
			if (answer.status === 200) for (const [name, address] of readPeers(answer.body)) peers.set(name, address);
		}
		if (unknownOwners(body, peers).length > 0) unresolved.set(id, body);
		else unresolved.delete(id);
		setTable(id, readTable(body, peers));
	};
	/** Reads what is not known well, unless gossip itself has told better meanwhile. */
	const readAgain = async (from: Hand, id: string) => {
		// Gossip may tell of a node's endpoints before it lists the node.
		const body = unresolved.get(id);
		if (blind.has(id)) await readInstead(from, id);
		else if (body !== undefined) await readAnswer(from, id, body);
	};
	/** Without a diagnostic port there is still `network inspect --verbose`. */
	const readInstead = async (from: Hand, id: string) => {
		const answer = await from.get('docker', verbosePath(id));
		if (answer.status !== 200) return;
		const { Services } = JSON.parse(answer.body) as { Services?: VerboseServices };
		const endpoints = readVerbose(Services ?? {});
		if (JSON.stringify(endpoints) !== JSON.stringify(tables.get(id) ?? [])) setTable(id, endpoints);
	};

	const onEvent = (event: DockerEvent) => {
		const name = event.Actor.Attributes.name ?? '';
		if (event.Type === 'container') {
			if (event.Action === 'die') listener.container(name, 'stopping');
			if (event.Action === 'kill' && endingSignals.has(event.Actor.Attributes.signal ?? ''))
				listener.container(name, 'stopping');
			if (event.Action === 'start') listener.container(name, 'started');
		}
		if (event.Type === 'network' || event.Action === 'start' || event.Action === 'destroy') void lookAtNetworks();
		if (event.Type === 'network' && event.Action === 'remove') {
			clearTimeout(removal);
			removal = setTimeout(() => void lookAtNetworks(), removalTakesMs);
		}
	};

	const update = () => {
		again = true;
		working ??= (async () => {
			while (again && !stopping.signal.aborted) {
				again = false;
				await apply();
			}
		})().finally(() => {
			working = undefined;
		});
	};
	const apply = async () => {
		const to = hand;
		const by = balancer();
		if (!to || by === 'unknown' || by === 'ipvs') return;
		const view: NodeView = {
			gateway,
			networks: networks.map((network) => ({ ...network, endpoints: tables.get(network.id) ?? [] })),
		};
		const gone = new Set(networks.flatMap((network) => [...departed(network.id)]));
		// An engine may be restarted with another firewall: then what the mesh did in the node has to go.
		const next = by === 'mesh' ? rulesFor(view, gone) : noRules;
		const scripts = scriptsOf(next);
		const forgotten = forgottenBetween(ruleSet, next);
		ruleSet = next;
		tell(to, 'watch', by === 'mesh' ? [...scripts.keys()] : []);
		await writer.write(to, scripts);
		for (const flows of forgotten) await to.run(flows.namespace, forgetScript(flows));
		// As dockerd, which lets go of its ports when it ends: a balancer of its own could not take them.
		const holdable = engineIsUp ? next.node.ports.filter(({ protocol }) => protocol !== 'sctp') : [];
		tell(
			to,
			'hold',
			holdable.map(({ protocol, port }) => `${protocol}/${port}`),
		);
	};
	const touched = async (namespace: string) => {
		writer.forget(namespace);
		// dockerd writes many rules one after the other when a container starts: wait for it to finish.
		await sleep(touchedPauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
		if (!writer.isWritten(namespace)) update();
	};

	/** Holds the hand for as long as it lives. Resolves with whether it ever spoke. */
	const attend = async (): Promise<boolean> => {
		const pipe = await engine.openPipe(node.containerId, [handPath], { signal: stopping.signal });
		let spoke = false;
		writer.forget();
		told.clear();
		blind.clear();
		unresolved.clear();
		const taken: Hand = takeHand(pipe, {
			event: onEvent,
			saw: (path, status, body) => {
				const id = networkOfTable(path);
				inTurn(id, () => readGossip(taken, id, status, body));
			},
			touched: (namespace) => void touched(namespace),
			engine: (up) => {
				engineIsUp = up === 'up';
				if (engineIsUp) void lookAtEngine(taken);
				else tell(taken, 'hold', []);
			},
			alive: () => {
				lastAlive = now();
				become('answers');
				for (const id of [...blind, ...unresolved.keys()]) inTurn(id, () => readAgain(taken, id));
				// Time passes: what was left out for a while comes back.
				update();
			},
			ipvs: (answer) => {
				ipvs = answer;
				spoke = true;
			},
		});
		hand = taken;
		lastAlive = now();
		await taken.ended;
		hand = undefined;
		return spoke;
	};
	const lookAtEngine = async (from: Hand) => {
		for (;;) {
			const info = await from.get('docker', '/info');
			if (info.status === 200) {
				const { FirewallBackend } = JSON.parse(info.body) as EngineInfo;
				const isNftables = FirewallBackend?.Driver?.startsWith('nftables') ?? false;
				hasOwnBalancer = isNftables && (await from.run('-', ownBalancerProbe)).status !== 1;
				if (isNftables && !hasOwnBalancer) troubles.is('firewall', halfBalanced);
				else troubles.over('firewall');
				break;
			}
			if (hand !== from || !engineIsUp) return;
			await sleep(enginePauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
		}
		await lookAtNetworks();
	};

	const live = (async () => {
		for (let pauseMs = 100; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, 1_000)) {
			// A stopped or paused container refuses; a later attempt may find it back.
			const spoke = await attend().catch(() => false);
			if (spoke) pauseMs = 10;
			else become('ended');
			await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
		}
	})();
	const pulse = setInterval(() => {
		const silentMs = now() - lastAlive;
		if (hand && silentMs > silentAfterMs) become('silent');
		if (hand && silentMs > lostAfterMs) hand.close();
	}, 1_000);
	const look = setInterval(() => void lookAtNetworks(), lookEveryMs);
	const rewrite = setInterval(() => {
		writer.forget();
		update();
	}, rewriteEveryMs);

	return {
		node,
		balancer,
		troubles: troubles.lasting,
		tables,
		update,
		poke: () => hand?.poke(),
		settled: async () => {
			await looking;
			while (working) await working;
		},
		close: async () => {
			clearInterval(pulse);
			clearInterval(look);
			clearInterval(rewrite);
			clearTimeout(removal);
			stopping.abort();
			writer.close();
			troubles.close();
			hand?.close();
			await live;
		},
	};
}
