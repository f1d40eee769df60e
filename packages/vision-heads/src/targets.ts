/** `@scene-mtl/vision-heads/targets`: the targets of the heads, without TensorFlow.js. */
export { depthTargets } from './depth/targets.ts';
export { centreVectors, meanPixels } from './instance/centre-vectors.ts';
export { instanceTargets } from './instance/targets.ts';
export { semanticTargets } from './semantic/targets.ts';
