/** `@scene-mtl/vision-heads/targets`: samples as arrays, the targets of the heads; no TensorFlow.js. */
export { depthTargets, disparityMapOf } from './depth/targets.ts';
export { centreVectors } from './instance/centre-vectors.ts';
export { instanceTargets, objectMapOf } from './instance/targets.ts';
export {
  imageNetNormalisation,
  normalised,
  sampleArrays,
  symmetricNormalisation,
  type Normalisation,
} from './sample-arrays.ts';
export { classMapOf, semanticTargets } from './semantic/targets.ts';
