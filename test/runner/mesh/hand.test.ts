// The conversation with a node's hand, over a stream that cuts wherever it likes.
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeHand } from '#runner/mesh/hand.ts';

function wire() {
	const said: string[] = [];
	const duplex = new Duplex({
		read() {},
		write(chunk, _encoding, done) {
			said.push(String(chunk));
			done();
		},
	});
	const heard: string[] = [];
	const hand = takeHand(
		{ duplex, ended: Promise.resolve(0) },
		{
			event: (event) => heard.push(`event ${event.Action}`),
			saw: (path, status, body) => heard.push(`saw ${path} ${status} ${body}`),
			touched: (namespace) => heard.push(`touched ${namespace}`),
			engine: (state) => heard.push(`engine ${state}`),
			alive: () => heard.push('alive'),
			ipvs: (state) => heard.push(`ipvs ${state}`),
		},
	);
	return { hand, duplex, said, heard };
}

test('frames are understood wherever the stream cuts them', async () => {
	const body = 'zwölf\nalive\n';
	const stream = Buffer.from(
		`ipvs denied\nsaw /gettable?nid=x 200 ${Buffer.byteLength(body)}\n${body}alive\ntouched ingress_sbox\nengine up\nevent 16\n{"Action":"die"}engine down\n`,
	);
	const expected = [
		'ipvs denied',
		`saw /gettable?nid=x 200 ${body}`,
		'alive',
		'touched ingress_sbox',
		'engine up',
		'event die',
		'engine down',
	];
	await fc.assert(
		fc.asyncProperty(fc.array(fc.integer({ min: 0, max: stream.length })), async (cuts) => {
			const { duplex, heard } = wire();
			const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
			for (let index = 1; index < at.length; index++) duplex.push(stream.subarray(at[index - 1], at[index]));
			await new Promise((resolve) => setImmediate(resolve));
			expect(heard).toEqual(expected);
		}),
	);
});

test('answers find their questions in any order', async () => {
	const { hand, duplex, said } = wire();
	const rules = hand.run('ingress_sbox', 'nft list ruleset\n');
	const networks = hand.get('docker', '/networks');
	expect(said).toEqual(['run 1 ingress_sbox 17\nnft list ruleset\n', 'get 2 docker /networks\n']);
	duplex.push('got 2 200 2\n[]ran 1 125 3\nno\n');
	expect(await networks).toEqual({ status: 200, body: '[]' });
	expect(await rules).toEqual({ status: 125, body: 'no\n' });
});

test('whoever waits is told when the hand is gone', async () => {
	const { hand, duplex } = wire();
	const rules = hand.run('-', 'true\n');
	duplex.push(null);
	duplex.destroy();
	expect((await rules).status).toBe(-1);
	await hand.ended;
	expect((await hand.get('docker', '/info')).status).toBe(-1);
});
