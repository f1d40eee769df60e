/** `@scene-mtl/core/samples`: samples and their arrays, without TensorFlow.js. */
export { VOID, type Camera, type Centre, type Sample } from './sample.ts';
export type { Target, TargetEncoder } from './task.ts';
export {
  imageNetNormalisation,
  normalised,
  sampleArrays,
  symmetricNormalisation,
  type Normalisation,
} from './training/sample-arrays.ts';
