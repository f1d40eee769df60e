export { classification, type ClassificationPrediction } from './classification/task.ts';
export { decoder } from './decoder.ts';
export { labelKit, numberKit, type LabelOf, type NumberOf } from './computed.ts';
export { defineTask } from './define-task.ts';
export { depth, type DepthPrediction } from './depth/task.ts';
export { edges, type EdgesPrediction } from './edges/task.ts';
export { exampleHead } from './example-head.ts';
export {
  clusterByComponents,
  clusterByDbscan,
  clusterByOptics,
  clusterByOpticsXi,
  dbscan,
  decodeInstances,
  decodeRuns,
  DEFAULT_ADOPT_WITHIN,
  DEFAULT_METHOD,
  DEFAULT_MIN_AREA,
  encodeRuns,
  extractDbscan,
  extractXi,
  optics,
  THING_CLASSES,
  type ClassVotes,
  type ClusterMethod,
  type DbscanOptions,
  type DecodedInstances,
  type Instance,
  type InstanceInput,
  type InstanceOptions,
  type OpticsOptions,
  type OpticsResult,
  type OrderInterval,
  type Points,
  type RunLengthMask,
  type XiClusters,
  type XiOptions,
} from './instance/clustering/index.ts';
export { decodingFor, densityFor, objectsOf, pixelsAt } from './instance/decoding.ts';
export { objectOverlay } from './instance/files.ts';
export { objectJudge } from './instance/object-judge.ts';
export { instance, type InstancePrediction } from './instance/task.ts';
export type {
  Accumulator,
  ConstantFit,
  Judge,
  MapView,
  Metric,
  Metrics,
  OutputFile,
  PanopticSegmentation,
  Picture,
  PredictedPhoto,
  Predictions,
  TaskKit,
  VisionTask,
} from './kit.ts';
export { flipHint, type ComparedMap } from './hints/flip-hint.ts';
export { hintObjectives } from './hints/objectives.ts';
export type { KnownHint } from './hints/known-hint.ts';
export { fallingHint, lightHint, rowsHint, unturnedHint } from './hints/picture-hints.ts';
export { inKitOrder, kitNamed, kits, tasksFor } from './kits.ts';
export { metricDepth, type MetricDepthPrediction } from './metric-depth/task.ts';
export { normals, type NormalsPrediction } from './normals/task.ts';
export { tilesOf } from './tiles.ts';
export { regression, type RegressionPrediction } from './regression/task.ts';
export {
  officialInstances,
  regularIds,
  toRegularIds,
  UNLABELED,
} from './semantic/official-labels.ts';
export { semantic, type SemanticPrediction } from './semantic/task.ts';
export {
  centreVectors,
  classMapOf,
  disparityMapOf,
  imageNetNormalisation,
  normalised,
  objectMapOf,
  sampleArrays,
  symmetricNormalisation,
  targetArrays,
  targetsFor,
  type KitData,
  type Normalisation,
} from './targets.ts';
