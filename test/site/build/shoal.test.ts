import { expect, test } from 'vitest';
import { shoal } from '#site/build/shoal.ts';

const swimmers = shoal(620, 300, 28);

test('a shoal has one leader, and looks the same in every build', () => {
	expect(swimmers.filter(({ leader }) => leader)).toHaveLength(1);
	expect(shoal(620, 300, 28)).toEqual(swimmers);
});

test('a shoal stays in its picture and swims forward', () => {
	for (const { x, y, turn } of swimmers) {
		expect(x).toBeGreaterThan(-28);
		expect(x).toBeLessThan(620);
		expect(y).toBeGreaterThan(0);
		expect(y).toBeLessThan(300);
		expect(Math.abs(turn)).toBeLessThanOrEqual(32);
	}
});

test('a shoal is thickest in the body and thin where the tail begins', () => {
	const heightAt = (from: number, to: number) => {
		const ys = swimmers.filter(({ x }) => x >= 620 * from && x < 620 * to).map(({ y }) => y);
		return Math.max(...ys) - Math.min(...ys);
	};
	expect(heightAt(0.15, 0.25)).toBeLessThan(heightAt(0, 0.1));
	expect(heightAt(0.15, 0.25)).toBeLessThan(heightAt(0.5, 0.6) / 2);
});
