import type { Experiment } from '@scene-mtl/lab';
import { balancing } from './balancing/balancing.ts';
import { toy } from './toy/toy.ts';

/** What LibMTL and the papers behind its methods measure. */
export const libmtl: readonly Experiment[] = [toy, balancing as Experiment];
