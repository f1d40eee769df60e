import { flipSample } from '@scene-mtl/data';
import type { Transform } from '../batches.ts';
import { withProbability } from './compose.ts';

/** Flips with probability p (default ½): see `flipSample`. */
export function horizontalFlip(p = 0.5): Transform {
  return withProbability(p, flipSample);
}
