// Figures: what a benchmark measured, and how it is shown.

/** A figure with all its samples, in the order they were taken. */
export interface Figure {
	name: string;
	/** `ms`, `MB/s`, or `x` for a ratio. */
	unit: string;
	samples: readonly number[];
}

/** A file of this folder that exports one of these as `bench` can be run: `npm run bench -- sandbox`. */
export interface Bench {
	/** How often without `--runs`. */
	runs: number;
	/** `progress` hears one line now and then. */
	run(options: { runs: number; progress: (line: string) => void }): Promise<Figure[]>;
}

export interface Summary {
	name: string;
	unit: string;
	runs: number;
	p50: number;
	p95: number;
	max: number;
}

/** Percentiles by the nearest rank: every number shown was measured. */
export function summarise({ name, unit, samples }: Figure): Summary {
	const sorted = [...samples].sort((a, b) => a - b);
	const at = (share: number) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN);
	return { name, unit, runs: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}

/** Each sample of `a` over the one of `b` that was taken beside it. */
export function ratio(name: string, a: Figure, b: Figure): Figure {
	return { name, unit: 'x', samples: a.samples.map((sample, index) => sample / (b.samples[index] ?? Number.NaN)) };
}

export type Collector = ReturnType<typeof collector>;

/** Collects samples under names, in the order the names first come up. */
export function collector() {
	const figures = new Map<string, { name: string; unit: string; samples: number[] }>();
	return {
		add(name: string, unit: string, sample: number): void {
			const figure = figures.get(name) ?? { name, unit, samples: [] };
			figure.samples.push(sample);
			figures.set(name, figure);
		},
		get(name: string): Figure {
			const figure = figures.get(name);
			if (!figure) throw new RangeError(`nothing was measured as "${name}"`);
			return figure;
		},
		all: (): Figure[] => [...figures.values()],
	};
}

/** The summaries as a table for people. */
export function table(summaries: readonly Summary[]): string {
	const rows = [
		['', 'unit', 'runs', 'p50', 'p95', 'max'],
		...summaries.map((each) => [each.name, each.unit, ...[each.runs, each.p50, each.p95, each.max].map(String)]),
	];
	const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
	const line = (row: string[]) =>
		row
			.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
			.join('  ');
	return rows.map(line).join('\n');
}

function round(value: number): number {
	return Number(value.toPrecision(4));
}
