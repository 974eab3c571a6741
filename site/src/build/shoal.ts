// Shoal: where small fish swim so that together they look like one large fish.

export interface Swimmer {
	x: number;
	y: number;
	/** Degrees; 0 swims to the right. */
	turn: number;
	scale: number;
	/** 0 to 1, how near it is. */
	depth: number;
	leader: boolean;
}

/** Half the height of the large fish at `t`, 0 at the tip of the tail and 1 at the nose. */
function halfHeight(t: number): number {
	const tailEnds = 0.2;
	if (t < tailEnds) return 0.24 + 0.46 * ((tailEnds - t) / tailEnds);
	const along = (t - tailEnds) / (1 - tailEnds);
	return Math.max(0.24 * (1 - along), Math.sin(Math.PI * along ** 0.8) ** 0.8);
}

/**
 * Swimmers on a slightly disturbed hexagonal grid, the same ones every time. The leader is the eye.
 * @param width of the whole picture, in the same unit as `height` and `spacing`
 */
export function shoal(width: number, height: number, spacing: number): Swimmer[] {
	const swimmers: Swimmer[] = [];
	const middle = height / 2;
	const eye = { x: width * 0.84, y: middle - height * 0.1 };
	for (let row = 0; row * spacing * 0.62 < height; row++) {
		for (let column = 0; column * spacing < width; column++) {
			const random = scatter(row, column);
			const x = (column + (row % 2) / 2) * spacing + (random - 0.5) * spacing * 0.35;
			const y = row * spacing * 0.62 + (scatter(column, row + 7) - 0.5) * spacing * 0.22;
			const t = x / width;
			const half = halfHeight(t) * middle * 0.94;
			const offset = (y - middle) / half;
			if (t > 0.99 || Math.abs(offset) > 1) continue;
			const slope = (halfHeight(Math.min(1, t + 0.03)) - halfHeight(Math.max(0, t - 0.03))) / 0.06;
			const turn = Math.max(-32, Math.min(32, (Math.atan((slope * offset * middle) / width) * 180) / Math.PI));
			swimmers.push({ x, y, turn, scale: 0.62 + random * 0.3, depth: random, leader: false });
		}
	}
	const nearest = swimmers.reduce((best, one) =>
		Math.hypot(one.x - eye.x, one.y - eye.y) < Math.hypot(best.x - eye.x, best.y - eye.y) ? one : best,
	);
	nearest.leader = true;
	nearest.scale = 1;
	return swimmers;
}

/** A number from 0 to 1 that looks random and depends on `a` and `b` alone. */
function scatter(a: number, b: number): number {
	const value = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
	return value - Math.floor(value);
}
