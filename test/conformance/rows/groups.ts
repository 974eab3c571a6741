// Groups: the whole table, in the order in which it is printed.
import type { Group } from '../behaviour.ts';
import { course } from './course.ts';
import { builders, engine } from './engine.ts';
import { fiveManagers, locking, quorum } from './managers.ts';
import { overlays, routingMesh } from './networking.ts';
import { scheduling, serviceBasics, updates } from './services.ts';
import { secretsAndConfigs, stacks } from './stacks.ts';
import { swarm } from './swarm.ts';

export const groups: Group[] = [
	swarm,
	serviceBasics,
	updates,
	scheduling,
	overlays,
	routingMesh,
	stacks,
	secretsAndConfigs,
	quorum,
	fiveManagers,
	locking,
	engine,
	builders,
	course,
];
