// Bootstrap: makes sure that npm's packages are installed, before anything of the project is loaded.
//
// Runs with whatever Node.js the machine has (18 or newer): no packages, no TypeScript. Does nothing in a few
// milliseconds when node_modules was installed from the package-lock.json that is here.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const wantedMajor = 24;
const shownLines = 30;

const project = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(project, 'node_modules', '.shoal-lock');
const pinnedNode = join(project, 'node_modules', '.bin', 'node');

const hash = createHash('sha256')
	.update(readFileSync(join(project, 'package-lock.json')))
	.digest('hex');
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8').trim() : '';

if (installed !== hash) {
	installPackages();
	checkNode();
	mkdirSync(dirname(stamp), { recursive: true });
	writeFileSync(stamp, `${hash}\n`);
}

/** `npm ci`, quietly; its output is shown only when it fails. */
function installPackages() {
	const began = Date.now();
	process.stdout.write('  Packages ... ');
	const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd: project,
		encoding: 'utf8',
		maxBuffer: 64 * 1024 * 1024,
		// npm runs this script; what it told its own child must not steer the install.
		env: withoutNpmSettings(process.env),
	});
	const seconds = ((Date.now() - began) / 1000).toFixed(1);
	if (result.status === 0) {
		console.log(`${seconds} s`);
		return;
	}
	const output = result.error ? result.error.message : `${result.stdout}\n${result.stderr}`.trim();
	console.log(`failed after ${seconds} s`);
	// npm says what is wrong first, and then all of its options.
	console.error(output.split('\n').slice(0, shownLines).join('\n'));
	console.error('"npm ci" failed. Check that the npm registry can be reached, then try again.');
	process.exit(1);
}

/** The packages bring a Node.js of their own, where there is one for this machine. */
function checkNode() {
	const node = existsSync(pinnedNode) ? pinnedNode : 'node';
	const result = spawnSync(node, ['--version'], { encoding: 'utf8' });
	const version = result.status === 0 ? result.stdout.trim() : 'none';
	if (Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= wantedMajor) return;
	const machine = `${platform()} on ${arch()}`;
	console.error(
		`Shoal needs Node.js ${wantedMajor}, and finds ${version} (${machine}). Install it from https://nodejs.org, or run npm without --omit=optional.`,
	);
	process.exit(1);
}

function withoutNpmSettings(environment) {
	return Object.fromEntries(
		Object.entries(environment).filter(([name]) => !/^npm_(package|lifecycle|command)/.test(name)),
	);
}
