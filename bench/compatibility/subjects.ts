import { examples } from './examples/index.ts';
import { faceApi } from './face-api.ts';
import { subjectOf } from './load.ts';
import { models } from './models.ts';
import type { Subject } from './subject.ts';

/** Every program, in the order of the page. */
export const subjects: readonly Subject[] = [...models.map(subjectOf), ...faceApi, ...examples];
