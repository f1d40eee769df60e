import type { TargetEncoder } from '@scene-mtl/core';
import { edgesKind, fieldOf, VOID } from '@scene-mtl/data';
import { fieldsOfKind, type TargetKit } from '../target-kit.ts';

/**
 * Targets of edges: 1 where an edge runs through the pixel, else 0, `[H, W, 1]`; void is masked.
 * @param field of kind `edges`; the task has its name
 */
export function edgeTargets(field = 'edges'): TargetEncoder {
  return {
    name: field,
    targetChannels: 1,
    has: ({ fields }) => fields[field] !== undefined,
    encode(sample) {
      const { data } = fieldOf(sample, field, edgesKind);
      const wrong = data.findIndex((edge) => edge > 1 && edge !== VOID);
      if (wrong >= 0) {
        throw new Error(
          `${field}: sample ${sample.id} pixel ${wrong}: expected 0, 1 or ${VOID}, got ${data[wrong]}`,
        );
      }
      return {
        value: Float32Array.from(data, (edge) => (edge === 1 ? 1 : 0)),
        mask: Float32Array.from(data, (edge) => (edge === VOID ? 0 : 1)),
      };
    },
  };
}

/** Reads each field of kind `edges`. */
export const edgesTargetKit: TargetKit = {
  name: 'edges',
  fieldsIn: fieldsOfKind('edges'),
  encoder: (_, field) => edgeTargets(field),
};
