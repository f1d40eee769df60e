import type { Experiment } from '@scene-mtl/lab';
import { alvinn } from './alvinn/alvinn.ts';

/** Experiments of Caruana 1997, "Multitask Learning". */
export const caruana1997: readonly Experiment[] = [alvinn];
