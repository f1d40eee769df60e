import { connectedComponents } from '@scene-mtl/data';
import { dbscan, type DbscanOptions } from './dbscan.ts';
import { extractDbscan } from './extract-dbscan.ts';
import { extractXi, type XiOptions } from './extract-xi.ts';
import { optics, type OpticsOptions } from './optics.ts';

/** The pixels of one predicted class and where each of them votes for its object's centre. */
export interface ClassVotes {
  /** Pixel plus predicted vector, (x, y) in px, `f64 [n, 2]`. */
  readonly votes: Float64Array;
  /** Row-major index of each voting pixel, `[n]`, ascending. */
  readonly pixels: Int32Array;
  /** Size of the image in px. */
  readonly height: number;
  readonly width: number;
}

/** Groups the votes of one class into objects: cluster of each vote, `[n]`, 0, 1, …; −1 is noise. */
export type ClusterMethod = (input: ClassVotes) => Int32Array;

/** OPTICS with clusters cut at one density threshold of `eps` px: {@link extractDbscan}. */
export function clusterByOptics(options: { minPts: number; eps: number }): ClusterMethod {
  const { minPts, eps } = options;
  return ({ votes }) => extractDbscan(optics(votes, { minPts, maxEps: eps }), eps);
}

/** OPTICS with ξ-steep clusters: {@link extractXi}. */
export function clusterByOpticsXi(options: OpticsOptions & XiOptions): ClusterMethod {
  return ({ votes }) => extractXi(optics(votes, options), options).labels;
}

/** {@link dbscan} of the votes. */
export function clusterByDbscan(options: DbscanOptions): ClusterMethod {
  return ({ votes }) => dbscan(votes, options);
}

/** 8-connected components of the class mask, blind to the votes: {@link connectedComponents}. */
export function clusterByComponents(): ClusterMethod {
  return ({ pixels, height, width }) => {
    const mask = new Uint8Array(height * width);
    for (const pixel of pixels) mask[pixel] = 1;
    const { labels } = connectedComponents(mask, height, width);
    return Int32Array.from(pixels, (pixel) => labels[pixel]);
  };
}
