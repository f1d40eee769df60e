import type { TargetEncoder } from '@scene-mtl/core';
import { fieldOf, numbersKind } from '@scene-mtl/data';
import { annotationIn, fieldsOfKind, type TargetKit } from '../target-kit.ts';

/**
 * Targets of numbers for the whole example, `[N]`; an example with one that is not known is left out.
 * @param field of kind `numbers`; the task has its name
 */
export function numberTargets(field: string, count: number): TargetEncoder {
  return {
    name: field,
    targetChannels: count,
    places: () => [],
    has: ({ fields }) => fields[field] !== undefined,
    encode(sample) {
      const { data } = fieldOf(sample, field, numbersKind);
      if (data.length !== count) {
        throw new Error(
          `${field}: sample ${sample.id}: expected ${count} numbers, got ${data.length}`,
        );
      }
      const known = data.every(Number.isFinite);
      // Not known stays 0: NaN would pass through a mask of 0.
      return {
        value: known ? data : new Float32Array(count),
        mask: Float32Array.of(Number(known)),
      };
    },
  };
}

/** Reads the fields of kind `numbers` that the data names as targets. */
export const regressionTargetKit: TargetKit = {
  name: 'regression',
  fieldsIn: fieldsOfKind('numbers'),
  encoder: (data, field) => numberTargets(field, annotationIn(data, field, 'numbers').length),
};
