export { decoder } from './decoder.ts';
export { depth, type DepthPrediction } from './depth/task.ts';
export { centreVectors, meanPixels } from './instance/centre-vectors.ts';
export { instance, type InstancePrediction } from './instance/task.ts';
export { semantic, type SemanticPrediction } from './semantic/task.ts';
