import { expect, test } from 'vitest';
import { capacityOf } from '#runner/sandbox/capacity.ts';

const gibibyte = 2 ** 30;
const usual = { maxSandboxes: undefined, nodeLimitBytes: gibibyte, subnets: 4096 };

test('memory decides, with room left for the host', () => {
	expect(capacityOf({ ...usual, memoryBytes: 24 * gibibyte })).toBe(41);
	expect(capacityOf({ ...usual, memoryBytes: 4 * gibibyte })).toBe(5);
});

test('a small machine has room for one', () => {
	expect(capacityOf({ ...usual, memoryBytes: gibibyte })).toBe(1);
});

test('what the teacher says comes before memory, and subnets before both', () => {
	expect(capacityOf({ ...usual, memoryBytes: 4 * gibibyte, maxSandboxes: 30 })).toBe(30);
	expect(capacityOf({ ...usual, memoryBytes: 400 * gibibyte, subnets: 16 })).toBe(16);
});
