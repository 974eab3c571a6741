// The course page comes to life.
import { browserFetch } from '../browser/runner.ts';
import type { LabCourse } from '../elements/lab-course.ts';
import '../elements/lab-course.ts';
import '../elements/lab-theme.ts';
import { createApi } from '../model/api-client.ts';

void document.querySelector<LabCourse>('lab-course')?.connect(createApi(browserFetch));
