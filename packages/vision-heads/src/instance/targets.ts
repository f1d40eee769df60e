import type { TargetEncoder } from '@scene-mtl/core/samples';
import { centreVectors } from './centre-vectors.ts';

/** Targets of `instance`: see `centreVectors`. */
export function instanceTargets(): TargetEncoder {
  return {
    name: 'instance',
    targetChannels: 2,
    has: (sample) => sample.instance !== undefined,
    encode: centreVectors,
  };
}
