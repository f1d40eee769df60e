export { dbscan, type DbscanOptions } from './dbscan.ts';
export { extractDbscan } from './extract-dbscan.ts';
export { extractXi, type OrderInterval, type XiClusters, type XiOptions } from './extract-xi.ts';
export {
  type DecodedInstances,
  decodeInstances,
  DEFAULT_ADOPT_WITHIN,
  DEFAULT_METHOD,
  DEFAULT_MIN_AREA,
  type Instance,
  type InstanceInput,
  type InstanceOptions,
  THING_CLASSES,
} from './instances.ts';
export {
  type ClassVotes,
  clusterByComponents,
  clusterByDbscan,
  clusterByOptics,
  clusterByOpticsXi,
  type ClusterMethod,
} from './methods.ts';
export { optics, type OpticsOptions, type OpticsResult } from './optics.ts';
export type { Points } from './points.ts';
export { decodeRuns, encodeRuns, type RunLengthMask } from './run-length.ts';
