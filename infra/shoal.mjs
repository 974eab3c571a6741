#!/usr/bin/env node
// shoal: runs the command line with the Node.js that the packages bring, whichever one is on PATH.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const infra = dirname(fileURLToPath(import.meta.url));
const project = join(infra, '..');
const bootstrap = spawnSync(process.execPath, [join(infra, 'bootstrap.mjs')], { stdio: 'inherit' });
if (bootstrap.status !== 0) process.exit(bootstrap.status ?? 1);

const pinned = join(project, 'node_modules', '.bin', 'node');
const node = existsSync(pinned) ? pinned : process.execPath;
const child = spawn(node, [join(project, 'runner', 'cli', 'shoal.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
// The terminal sends Ctrl-C to both; the child decides what it means, and this process ends with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
