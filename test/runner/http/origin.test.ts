// Who may speak to the runner.
import { describe, expect, test } from 'vitest';
import { type Asked, originProblem, ownOrigins } from '#runner/http/origin.ts';

const origins = ownOrigins({ listen: { host: '127.0.0.1', port: 4400 }, publicUrl: undefined });
const page: Asked = {
	method: 'POST',
	host: 'localhost:4400',
	origin: 'http://localhost:4400',
	upgrade: false,
	byCookie: true,
};
const socket: Asked = { ...page, method: 'GET', upgrade: true };

describe('our own page', () => {
	test.each([page, socket, { ...page, host: '127.0.0.1:4400', origin: 'http://127.0.0.1:4400' }])(
		'may go on',
		(asked) => {
			expect(originProblem(asked, origins)).toBeUndefined();
		},
	);
	test('may fetch without an Origin, as browsers do for same-origin GET', () => {
		expect(originProblem({ ...page, method: 'GET', origin: undefined }, origins)).toBeUndefined();
	});
});

describe('anybody else’s page', () => {
	test.each([
		'http://evil.example',
		'http://localhost:3000',
		'https://localhost:4400',
		'null',
		'http://localhost:4400.evil.example',
		'http://worker1.localhost:4400',
	])('%s may neither post nor open a socket', (origin) => {
		expect(originProblem({ ...page, origin }, origins)).toBe(origin);
		expect(originProblem({ ...socket, origin }, origins)).toBe(origin);
	});
	test('a name that was pointed at us (DNS rebinding) is refused even for GET', () => {
		expect(originProblem({ ...page, method: 'GET', host: 'evil.example:4400', origin: undefined }, origins)).toBe(
			'evil.example:4400',
		);
	});
	test('a request by cookie without an Origin changes nothing and opens nothing', () => {
		expect(originProblem({ ...page, origin: undefined }, origins)).toBeDefined();
		expect(originProblem({ ...socket, origin: undefined }, origins)).toBeDefined();
		expect(originProblem({ ...page, method: 'DELETE', origin: undefined }, origins)).toBeDefined();
	});
});

test('a program, which sends no cookie, needs no Origin, but the right Host', () => {
	const program = { ...socket, origin: undefined, byCookie: false };
	expect(originProblem(program, origins)).toBeUndefined();
	expect(originProblem({ ...program, host: 'evil.example' }, origins)).toBe('evil.example');
});

test('the public address comes first, and loopback stays', () => {
	expect(ownOrigins({ listen: { host: '0.0.0.0', port: 4400 }, publicUrl: 'https://lab.school.example/' })).toEqual([
		'https://lab.school.example',
		'http://localhost:4400',
		'http://127.0.0.1:4400',
		'http://[::1]:4400',
	]);
});

test('on port 80 the port is left out, as browsers do', () => {
	expect(ownOrigins({ listen: { host: '127.0.0.1', port: 80 }, publicUrl: undefined })[0]).toBe('http://localhost');
});
