// Embedded engine: brings it up on this host, adopts one that runs, stops it, and removes every trace of it.
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tryCommand } from '../command.ts';
import type { EngineConfig } from '../open-engine.ts';
import { type Report, stage } from '../stages.ts';
import { containerdConfig, type DaemonChoices, dockerdConfig } from './daemon-config.ts';
import { type DaemonRecord, daemonVersion, startDaemons, stopDaemons } from './daemons.ts';
import { withLedger } from './host-ledger.ts';
import { type EngineLayout, engineLayout } from './layout.ts';
import { removeLeftovers } from './leftovers.ts';
import { nameServers } from './name-servers.ts';
import { installPackages, missingPackages } from './packages.ts';
import { isRunning } from './process-mark.ts';
import { ensureRemapUser, removeRemapUser } from './subordinate-ids.ts';
import { raiseSysctls, restoreSysctls } from './sysctls.ts';
import { makeUplink, removeUplink, uplinkMtu } from './uplink.ts';

/** What runs, as stored beside its data. */
interface RunningRecord extends Partial<DaemonRecord> {
	/** Hash of versions and configuration: a start adopts only what it would start itself. */
	recipe: string;
	bootId: string;
}

/** Brings the engine up, or adopts the one that runs. Resolves with its address, `unix:///run/shoal/default/docker.sock`. */
export async function startEmbedded(config: EngineConfig, report: Report, signal?: AbortSignal): Promise<string> {
	const layout = engineLayout(config);
	const bootId = await readBootId();
	const missing = await missingPackages();
	if (missing.length > 0) {
		await stage(report, `Install ${missing.join(', ')}`, async () => {
			await installPackages(missing, report.line);
			await withLedger(layout.ledger, bootId, async (ledger) => {
				ledger.packages = [...new Set([...ledger.packages, ...missing])];
			});
		});
	}
	signal?.throwIfAborted();
	await stage(report, 'Engine', async () => {
		await mkdir(`${layout.state}/engine`, { recursive: true, mode: 0o711 });
		await mkdir(layout.run, { recursive: true, mode: 0o711 });
		const choices = await daemonChoices();
		const recipe = await recipeOf(layout, choices);
		const record = await readRecord(layout);
		if (record && record.recipe === recipe && record.bootId === bootId && (await allRun(record))) {
			report.line('adopted the engine that runs');
			return;
		}
		if (record?.bootId === bootId) await stopDaemons(record);
		const refused = await withLedger(layout.ledger, bootId, async (ledger) => {
			ledger.madeUser = (await ensureRemapUser()) || ledger.madeUser;
			for (const list of [ledger.running, ledger.present])
				if (!list.includes(layout.instance)) list.push(layout.instance);
			// Containers that lived on keep their bridges in the namespace: only a missing way out is made anew.
			if (!(await hasUplink(layout)) || record?.bootId !== bootId) await makeUplink(layout);
			return raiseSysctls(ledger);
		});
		for (const line of refused) report.line(`kernel setting ${line} is low and may not be raised`);
		await startDaemons(layout, choices, async (daemons) => {
			const started: RunningRecord = { ...daemons, recipe, bootId };
			await writeFile(layout.record, `${JSON.stringify(started, null, '\t')}\n`);
		});
	});
	return `unix://${layout.socket}`;
}

/** Whether both daemons of the instance run. */
export async function embeddedRuns(config: EngineConfig): Promise<boolean> {
	const record = await readRecord(engineLayout(config));
	return record !== undefined && record.bootId === (await readBootId()) && (await allRun(record));
}

/**
 * Stops the engine and everything that still runs on it. Namespace, link, rules and raised kernel settings go with it;
 * images and packages stay.
 */
export async function stopEmbedded(config: EngineConfig): Promise<void> {
	const layout = engineLayout(config);
	const bootId = await readBootId();
	const record = await readRecord(layout);
	if (record?.bootId === bootId) await stopDaemons(record);
	await rm(layout.record, { force: true });
	await removeLeftovers(layout);
	await withLedger(layout.ledger, bootId, async (ledger) => {
		await removeUplink(layout);
		ledger.running = ledger.running.filter((instance) => instance !== layout.instance);
		if (ledger.running.length === 0) await restoreSysctls(ledger);
	});
	// dockerd puts the remapped IDs behind the name of its folder.
	const left = (await readdir(layout.run).catch(() => [])).filter((name) => /^(docker|containerd)/.test(name));
	for (const name of left) await rm(`${layout.run}/${name}`, { recursive: true, force: true });
}

/**
 * Removes everything of the instance: after `stopEmbedded`, the data too, and with the last instance the user, its ID
 * ranges and the ledger. Returns the packages that Shoal once installed and that stay, when this was the last instance.
 */
export async function removeEmbedded(config: EngineConfig): Promise<{ last: boolean; packages: string[] }> {
	await stopEmbedded(config);
	const layout = engineLayout(config);
	await rm(`${layout.state}/engine`, { recursive: true, force: true });
	await rm(layout.logs, { recursive: true, force: true });
	const outcome = await withLedger(layout.ledger, await readBootId(), async (ledger) => {
		ledger.present = ledger.present.filter((instance) => instance !== layout.instance);
		const last = ledger.present.length === 0;
		if (last) {
			await removeRemapUser(ledger.madeUser);
			ledger.madeUser = false;
		}
		return { last, packages: last ? ledger.packages : [] };
	});
	if (outcome.last) await rm(layout.ledger, { force: true });
	return outcome;
}

async function daemonChoices(): Promise<DaemonChoices> {
	const exists = (path: string) =>
		access(path).then(
			() => true,
			() => false,
		);
	const unified = await exists('/sys/fs/cgroup/cgroup.controllers');
	const servers = await nameServers();
	return {
		// As Docker itself chooses since 20.10.
		cgroupDriver: unified && (await exists('/run/systemd/system')) ? 'systemd' : 'cgroupfs',
		nameServers: servers.reachable,
		mtu: await uplinkMtu(),
	};
}

async function recipeOf(layout: EngineLayout, choices: DaemonChoices): Promise<string> {
	const parts = [await daemonVersion(), dockerdConfig(layout, choices), containerdConfig(layout)];
	return createHash('sha256').update(parts.join('\0')).digest('hex');
}

async function readRecord(layout: EngineLayout): Promise<RunningRecord | undefined> {
	const text = await readFile(layout.record, 'utf8').catch(() => '');
	try {
		return text === '' ? undefined : (JSON.parse(text) as RunningRecord);
	} catch {
		return undefined;
	}
}

async function allRun({ containerd, dockerd }: Partial<DaemonRecord>): Promise<boolean> {
	return (
		containerd !== undefined && dockerd !== undefined && (await isRunning(containerd)) && (await isRunning(dockerd))
	);
}

async function hasUplink(layout: EngineLayout): Promise<boolean> {
	const link = await tryCommand(['nsenter', `--net=${layout.namespaceFile}`, 'ip', 'link', 'show', layout.engineLink]);
	return link.exitCode === 0;
}

async function readBootId(): Promise<string> {
	return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
