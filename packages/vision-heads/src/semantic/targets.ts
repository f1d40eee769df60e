import { VOID, type Sample, type Target, type TargetEncoder } from '@scene-mtl/core/samples';

/**
 * Targets of `semantic`: the class of each pixel, `[H, W, 1]`; void pixels are masked.
 * @param classes number of training classes, 2 … 255
 */
export function semanticTargets(classes: number): TargetEncoder {
  if (!Number.isInteger(classes) || classes < 2 || classes > VOID) {
    throw new Error(`semantic: expected 2 … ${VOID} classes, got ${classes}`);
  }
  return {
    name: 'semantic',
    targetChannels: 1,
    has: (sample) => sample.semantic !== undefined,
    encode: (sample) => encodeClasses(sample, classes),
  };
}

function encodeClasses(sample: Sample, classes: number): Target {
  const labels = sample.semantic;
  if (!labels) throw new Error(`semantic: sample ${sample.id} has no semantic labels`);
  const value = new Float32Array(labels.length);
  const mask = new Float32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === VOID) continue;
    if (labels[i] >= classes) {
      throw new Error(
        `semantic: sample ${sample.id} pixel ${i}: expected a class below ${classes} or ${VOID}, ` +
          `got ${labels[i]}; map label ids to training ids first`,
      );
    }
    value[i] = labels[i];
    mask[i] = 1;
  }
  return { value, mask };
}
