// Types of what the build puts in: the course's folder, and what a lesson's page tells the components inside it.

/** Absolute path of the folder with course.yaml and the lessons. */
declare const LABS_DIR: string;

declare namespace App {
	interface Locals {
		lesson?: {
			nodes: string[];
			steps: { id: string; hints: number }[];
		};
	}
}
