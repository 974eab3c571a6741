// Base image: debian:trixie-slim on the engine, pulled where a registry answers, made with debootstrap where none does.
import { createReadStream } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { LabError } from '#contract/errors.ts';
import { bounded } from './calls.ts';
import { runCommand, tryCommand } from './command.ts';
import type { DockerEngine } from './docker-engine.ts';
import { installPackages, missingPackages } from './embedded/packages.ts';
import { jsonLines } from './json-lines.ts';

export const baseImage = 'debian:trixie-slim';
const suite = 'trixie';
/** Part of the cached file's name: change it with the recipe below. */
const recipe = `${suite}-minbase-2`;
const pullSilenceMs = 15_000;
const pullTimeoutMs = 600_000;

/** Makes sure that the engine has the base image. `cache` is a folder that outlives engines. */
export async function ensureBaseImage(
	engine: DockerEngine,
	cache: string,
	onLine: (line: string) => void,
	signal?: AbortSignal,
): Promise<void> {
	if (await engine.hasImage(baseImage)) return;
	const { architecture } = await engine.facts();
	const tar = `${cache}/base/${recipe}-${architecture}.tar`;
	const cached = () =>
		access(tar).then(
			() => true,
			() => false,
		);
	if (!(await cached())) {
		const failure = await pull(engine, onLine);
		if (failure === undefined) return;
		onLine(`no registry answers (${failure}); making ${baseImage} from Debian's packages`);
		signal?.throwIfAborted();
		await makeRootFileSystem(tar, architecture, onLine, signal);
	}
	onLine(`importing ${baseImage}`);
	await bounded(`importing ${baseImage}`, { timeoutMs: pullTimeoutMs }, async () => {
		const [repo = '', tag = ''] = baseImage.split(':');
		const changes = ['CMD ["bash"]', 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
		await drain(await engine.docker.importImage(createReadStream(tar), { repo, tag, changes }));
	});
}

/** Pulls the image. Resolves with why it could not, or `undefined` when it is there. */
async function pull(engine: DockerEngine, onLine: (line: string) => void): Promise<string | undefined> {
	const silence = new AbortController();
	const giveUp = () => silence.abort(new Error(`no answer in ${pullSilenceMs / 1000} s`));
	let timer = setTimeout(giveUp, pullSilenceMs);
	try {
		await bounded(`pulling ${baseImage}`, { timeoutMs: pullTimeoutMs, signal: silence.signal }, async (signal) => {
			const progress = (await engine.docker.pull(baseImage, { abortSignal: signal })) as NodeJS.ReadableStream;
			await drain(progress, (line) => {
				clearTimeout(timer);
				timer = setTimeout(giveUp, pullSilenceMs);
				onLine(line);
			});
		});
		return undefined;
	} catch (error) {
		return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
	} finally {
		clearTimeout(timer);
	}
}

/** Reads Docker's progress to its end. Throws with Docker's words when it reports an error. */
export async function drain(progress: NodeJS.ReadableStream, onLine: (line: string) => void = () => {}): Promise<void> {
	for await (const value of jsonLines(progress)) {
		const { status, stream, error } = value as { status?: string; stream?: string; error?: string };
		if (error) throw new Error(error);
		for (const line of (stream ?? status ?? '').split(/\r?\n/)) if (line.trim() !== '') onLine(line);
	}
}

/** Bootstraps Debian into a folder and packs it. */
async function makeRootFileSystem(
	tar: string,
	architecture: string,
	onLine: (line: string) => void,
	signal: AbortSignal | undefined,
): Promise<void> {
	const remedy = 'Start Shoal as root on Debian or Ubuntu, or let the engine reach a registry.';
	if (process.getuid?.() !== 0) {
		throw new LabError('engine.missing', {
			reason: `${baseImage} cannot be pulled, and making it needs root.`,
			remedy,
		});
	}
	await installPackages(await missingPackages([{ program: 'debootstrap', package: 'debootstrap' }]), onLine);
	const folder = tar.slice(0, tar.lastIndexOf('/'));
	await mkdir(folder, { recursive: true });
	const root = await mkdtemp(`${folder}/root-`);
	try {
		const mirror = await debianMirror();
		const debianArchitecture = architecture === 'arm' ? 'armhf' : architecture;
		const argv = ['debootstrap', '--variant=minbase', `--arch=${debianArchitecture}`, suite, root, ...mirror];
		await runCommand(argv, { timeoutMs: 900_000, onLine, signal });
		// As the slim images have it: no manuals and translations, from packages installed later either.
		const leaveOut = ['doc', 'man', 'info', 'locale', 'lintian'].map((name) => `path-exclude /usr/share/${name}/*\n`);
		await writeFile(`${root}/etc/dpkg/dpkg.cfg.d/slim`, leaveOut.join(''));
		await writeFile(`${root}/etc/apt/apt.conf.d/slim`, 'Acquire::Languages "none";\nAcquire::Retries "3";\n');
		// Maintainer scripts must start nothing in an image.
		await writeFile(`${root}/usr/sbin/policy-rc.d`, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
		const without = [
			'dev/*',
			'var/cache/apt/*',
			'var/lib/apt/lists/*',
			'usr/share/doc/*',
			'usr/share/man/*',
			'usr/share/locale/*',
		];
		const exclude = without.map((path) => `--exclude=./${path}`);
		await runCommand(['tar', '--numeric-owner', ...exclude, '-C', root, '-cf', `${tar}.new`, '.'], {
			timeoutMs: 300_000,
		});
		await rename(`${tar}.new`, tar);
	} finally {
		// debootstrap that was killed leaves /proc mounted in there.
		await tryCommand(['umount', '-l', `${root}/proc`, `${root}/sys`]);
		await rm(root, { recursive: true, force: true });
		await rm(`${tar}.new`, { force: true });
	}
}

/** The Debian mirror that this host uses, so that a school's own is honoured; none, for debootstrap's own choice, elsewhere. */
async function debianMirror(): Promise<string[]> {
	const targets = await tryCommand(['apt-get', 'indextargets', '--format', '$(REPO_URI)']).catch(() => undefined);
	const own = targets?.stdout.split('\n').find((uri) => /^https?:\/\/.*\/debian\/?$/.test(uri));
	return own === undefined ? [] : [own];
}
