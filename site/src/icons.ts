// Icons: SVG paths drawn with a stroke on a 24 by 24 grid (from Lucide, ISC licence), and Shoal's own fish.

export const icons = {
	check: 'M20 6 9 17l-5-5',
	chevronRight: 'm9 18 6-6-6-6',
	arrowLeft: 'm12 19-7-7 7-7M19 12H5',
	arrowRight: 'M5 12h14m-7-7 7 7-7 7',
	clock: 'M12 6v6l4 2M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0Z',
	maximize: 'M8 3H5a2 2 0 0 0-2 2v3m18 0V5a2 2 0 0 0-2-2h-3m0 18h3a2 2 0 0 0 2-2v-3M3 16v3a2 2 0 0 0 2 2h3',
	minimize: 'M8 3v3a2 2 0 0 1-2 2H3m18 0h-3a2 2 0 0 1-2-2V3m0 18v-3a2 2 0 0 1 2-2h3M3 16h3a2 2 0 0 1 2 2v3',
	refresh:
		'M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8m0-5v5h-5m5 4a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16m5 0H3v5',
	play: 'M6 4v16l14-8Z',
	table: 'M3 5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2ZM3 9h18M3 15h18M9 9v12',
	reader: 'M11 5 6 9H2v6h4l5 4ZM15.5 8.5a5 5 0 0 1 0 7M19 5a10 10 0 0 1 0 14',
	bulb: 'M15 14c.2-1 .7-1.7 1.5-2.5A6 6 0 1 0 7.5 11.5c.7.7 1.3 1.5 1.5 2.5M9 18h6m-5 4h4',
	key: 'M15.5 7.5 19 4m2-2-9.6 9.6M16 7l3 3M7.5 21a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Z',
	plus: 'M5 12h14M12 5v14',
	monitor: 'M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2ZM8 21h8m-4-4v4',
	moon: 'M12 3a6 6 0 0 0 9 9 9 9 0 1 1-9-9Z',
	sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2v2m0 16v2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4M2 12h2m16 0h2M6.3 17.7l-1.4 1.4M19.1 4.9l-1.4 1.4',
	crown: 'M3 18h18M4 14 3 6l5 4 4-6 4 6 5-4-1 8Z',
	machine:
		'M4 3h16a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Zm0 10h16a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-4a2 2 0 0 1 2-2ZM6 7h.01M6 17h.01',
} as const;
export type IconName = keyof typeof icons;

/** A fish that swims to the right, filled, on a 26 by 14 grid. */
export const fish = 'M25 7C21 1.6 13.6.6 7.8 5L1.4 1l2.1 6-2.1 6 6.4-4C13.6 13.4 21 12.4 25 7Z';
export const fishViewBox = '0 0 26 14';
