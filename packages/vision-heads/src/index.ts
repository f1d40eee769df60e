export { decoder } from './decoder.ts';
export { depth, type DepthPrediction } from './depth/task.ts';
export {
  clusterByComponents,
  clusterByDbscan,
  clusterByOptics,
  clusterByOpticsXi,
  connectedComponents,
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
  type Components,
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
export { instance, type InstancePrediction } from './instance/task.ts';
export {
  centreVectors,
  depthTargets,
  instanceTargets,
  meanPixels,
  semanticTargets,
} from './targets.ts';
export { semantic, type SemanticPrediction } from './semantic/task.ts';
