// Course: days with their lessons in order, as the pages need them.
import { type CollectionEntry, getCollection } from 'astro:content';
import type { Course } from '#contract/lesson.ts';

type Lesson = CollectionEntry<'lessons'>;

export interface Day {
	id: string;
	title: string;
	summary: string;
	lessons: Lesson[];
}

/** The course from course.yaml with each day's lessons, which are ordered by file name. */
export async function loadCourse() {
	const [entry] = await getCollection('course');
	if (!entry) throw new Error(`There is no course.yaml in ${LABS_DIR}.`);
	const lessons = (await getCollection('lessons')).sort((a: Lesson, b: Lesson) => (a.id < b.id ? -1 : 1));
	const { title, summary, days } = entry.data as Course;
	return {
		title,
		summary,
		days: days.map(
			(day): Day => ({ ...day, lessons: lessons.filter(({ id }: Lesson) => id.startsWith(`${day.id}/`)) }),
		),
	};
}
