import type { Experiment } from '@scene-mtl/lab';
import { kendall2018 } from './kendall2018/index.ts';

/** Every experiment that is a command, paper by paper. */
export const experiments: readonly Experiment[] = [...kendall2018];
