// The lock file: complete for every platform, or `npm ci` refuses it everywhere.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
	packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }>;
}

const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as Locked;

test('every optional package of another platform has its entry', () => {
	// npm drops an entry silently when the registry it asked did not have the package at that moment.
	const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
		Object.keys(optionalDependencies)
			.filter((name) => !isFound(path, name))
			.map((name) => `${name}, wanted by ${path || 'the project'}`),
	);
	expect(missing).toEqual([]);
});

/** Node's own search: beside the package, then beside each package around it. */
function isFound(from: string, name: string): boolean {
	const around = from.lastIndexOf('/node_modules/');
	if (`${from === '' ? '' : `${from}/`}node_modules/${name}` in packages) return true;
	return from !== '' && isFound(around === -1 ? '' : from.slice(0, around), name);
}
