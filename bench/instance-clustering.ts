import {
  clusterByComponents,
  clusterByDbscan,
  clusterByOptics,
  clusterByOpticsXi,
  type ClusterMethod,
  decodeInstances,
} from '../packages/vision-heads/src/instance/clustering/index.ts';
import { makeVoteScene, type VoteError, type VoteScene } from './vote-scenes.ts';

/** How well one way of clustering finds the objects of simulated scenes. */
export interface InstanceQuality {
  readonly method: string;
  readonly error: string;
  /** Panoptic quality, share of objects found, share of findings that are objects; all in %. */
  readonly quality: number;
  readonly recall: number;
  readonly precision: number;
}

const METHODS: Record<string, ClusterMethod> = {
  'OPTICS, minPts 20, ε 3 (default)': clusterByOptics({ minPts: 20, eps: 3 }),
  'OPTICS, minPts 20, ε 1.5': clusterByOptics({ minPts: 20, eps: 1.5 }),
  'OPTICS, minPts 10, ε 3': clusterByOptics({ minPts: 10, eps: 3 }),
  'OPTICS, minPts 20, ξ 0.2': clusterByOpticsXi({ minPts: 20, maxEps: 10, xi: 0.2 }),
  'OPTICS, minPts 20, ξ 0.05': clusterByOpticsXi({ minPts: 20, maxEps: 10, xi: 0.05 }),
  'DBSCAN, minPts 20, ε 3': clusterByDbscan({ minPts: 20, eps: 3 }),
  'DBSCAN, minPts 2, ε 3': clusterByDbscan({ minPts: 2, eps: 3 }),
  'connected components': clusterByComponents(),
};

const ERRORS: Record<string, VoteError> = {
  mild: { stride: 4, smooth: 0.05, pixel: 0.1 },
  medium: { stride: 8, smooth: 0.08, pixel: 0.2 },
  hard: { stride: 8, smooth: 0.15, pixel: 0.3 },
};

/**
 * Compares ways of clustering on simulated scenes of 128 × 256 px with true classes, so that only the
 * grouping is judged. An object is found when some prediction overlaps it with IoU > 0.5; objects below
 * 10 px do not count, nor do predictions that lie mostly on them.
 */
export function benchInstanceClustering(scenes = 30, firstSeed = 1000): InstanceQuality[] {
  return Object.entries(ERRORS).flatMap(([error, voteError]) => {
    const images = Array.from({ length: scenes }, (_, i) =>
      makeVoteScene(firstSeed + i, 128, 256, voteError),
    );
    return Object.entries(METHODS).map(([method, cluster]) => {
      const total = { found: 0, iou: 0, objects: 0, wrong: 0 };
      for (const image of images) {
        const { ids } = decodeInstances(image, { method: cluster });
        const counts = compare(image, ids);
        for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += counts[key];
      }
      const { found, iou, objects, wrong } = total;
      return {
        method,
        error,
        // Kirillov et al. 2019, equation 1: FN = objects − found.
        quality: (100 * iou) / (found + (wrong + objects - found) / 2),
        recall: (100 * found) / objects,
        precision: (100 * found) / (found + wrong),
      };
    });
  });
}

const MIN_OBJECT = 10;

function compare({ ids: truth }: VoteScene, predicted: Uint16Array) {
  const trueArea = new Map<number, number>();
  const area = new Map<number, number>();
  const shared = new Map<string, number>();
  const add = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1);
  for (let p = 0; p < truth.length; p++) {
    if (truth[p] > 0) add(trueArea, truth[p]);
    if (predicted[p] > 0) add(area, predicted[p]);
    if (truth[p] > 0 && predicted[p] > 0) add(shared, `${truth[p]} ${predicted[p]}`);
  }
  const result = { found: 0, iou: 0, objects: 0, wrong: 0 };
  for (const pixels of trueArea.values()) if (pixels >= MIN_OBJECT) result.objects++;
  const settled = new Set<number>();
  const onSmall = new Map<number, number>();
  for (const [pair, pixels] of shared) {
    const [object, prediction] = pair.split(' ').map(Number);
    const isSmall = trueArea.get(object)! < MIN_OBJECT;
    if (isSmall) onSmall.set(prediction, (onSmall.get(prediction) ?? 0) + pixels);
    const iou = pixels / (trueArea.get(object)! + area.get(prediction)! - pixels);
    if (iou <= 0.5) continue;
    settled.add(prediction);
    if (isSmall) continue;
    result.found++;
    result.iou += iou;
  }
  for (const [prediction, pixels] of area) {
    if (!settled.has(prediction) && (onSmall.get(prediction) ?? 0) <= pixels / 2) result.wrong++;
  }
  return result;
}
