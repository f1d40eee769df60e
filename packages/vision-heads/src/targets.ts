/** `@scene-mtl/vision-heads/targets`: samples as arrays, the targets of the heads; no TensorFlow.js. */
import type { TargetEncoder } from '@scene-mtl/core';
import { claims } from './claims.ts';
import { classificationTargetKit } from './classification/targets.ts';
import { depthTargetKit } from './depth/targets.ts';
import { edgesTargetKit } from './edges/targets.ts';
import { instanceTargetKit } from './instance/targets.ts';
import { metricDepthTargetKit } from './metric-depth/targets.ts';
import { normalsTargetKit } from './normals/targets.ts';
import { regressionTargetKit } from './regression/targets.ts';
import { semanticTargetKit } from './semantic/targets.ts';
import type { KitData, TargetKit } from './target-kit.ts';

export { disparityMapOf } from './depth/targets.ts';
export { centreVectors } from './instance/centre-vectors.ts';
export { objectMapOf } from './instance/targets.ts';
export {
  imageNetNormalisation,
  normalised,
  sampleArrays,
  symmetricNormalisation,
  targetArrays,
  type Normalisation,
} from './sample-arrays.ts';
export { classMapOf } from './semantic/targets.ts';
export type { KitData, TargetKit } from './target-kit.ts';

/** The part without tensors of all kits, in the order of the kits; `defineTask` adds to it. */
export const targetKits: readonly TargetKit[] = [
  semanticTargetKit,
  instanceTargetKit,
  depthTargetKit,
  metricDepthTargetKit,
  normalsTargetKit,
  edgesTargetKit,
  classificationTargetKit,
  regressionTargetKit,
];

const usual = targetKits.length;

/**
 * How the targets of each task of some data are made, by the task's name: those of `tasksFor`.
 * @example
 * ```ts
 * import { classMap } from '@scene-mtl/data';
 * import { targetsFor } from '@scene-mtl/vision-heads/targets';
 * const legend = { classes: ['road', 'sky'], palette: [], instanceClasses: [] };
 * const { semantic } = targetsFor({ fields: ['semantic'], legend });
 * const sample = { id: 'a', fields: { semantic: classMap({ height: 1, width: 2 }, Uint8Array.of(1, 255)) } };
 * semantic.encode(sample).mask; // → [1, 0]
 * ```
 */
export const targetsFor = (data: KitData): Readonly<Record<string, TargetEncoder>> =>
  Object.fromEntries(
    claims(targetKits, usual, data).map(
      ({ kit, field }) => [field, kit.encoder(data, field)] as const,
    ),
  );
