import type { Centre } from '@scene-mtl/data';
import { adoptNoise } from './adopt-noise.ts';
import { type ClusterMethod, clusterByOptics } from './methods.ts';
import { encodeRuns, type RunLengthMask } from './run-length.ts';
import { collectVotes } from './votes.ts';

/** One detected object. */
export interface Instance {
  /** Value of the object's pixels in `DecodedInstances.ids`, from 1. */
  readonly id: number;
  /** Training class. */
  readonly classId: number;
  /**
   * For ranking, 0 to 1: the mean probability of the class over the mask. Without class
   * probabilities, the share of the mask's votes that agree, i.e. that the clustering itself put
   * into the object.
   */
  readonly confidence: number;
  /** Visible pixels; masks of one prediction do not overlap. */
  readonly mask: RunLengthMask;
  /** Number of pixels of the mask. */
  readonly area: number;
  /** Mean vote in px; it may lie outside the mask or the image. */
  readonly centre: Centre;
}

/** Objects of one image. */
export interface DecodedInstances {
  /** By class in the order of `InstanceOptions.classes`, then in the order of the clustering. */
  readonly instances: readonly Instance[];
  /** Object per pixel, `u16 [H, W]`: `Instance.id`, 0 for none. */
  readonly ids: Uint16Array;
}

/** What {@link decodeInstances} reads, for one image. */
export interface InstanceInput {
  readonly height: number;
  readonly width: number;
  /** Predicted class per pixel, `u8 [H, W]`. */
  readonly semantic: Uint8Array;
  /** From each pixel to its object's centre, (dx, dy) in px, `f32 [H, W, 2]`. */
  readonly vectors: Float32Array;
  /** Class probabilities, `f32 [H, W, C]`; see `Instance.confidence`. */
  readonly probabilities?: Float32Array;
}

/** Parameters of {@link decodeInstances}. */
export interface InstanceOptions {
  /** Countable classes; default {@link THING_CLASSES}. */
  readonly classes?: readonly number[];
  /** How votes become objects; default {@link DEFAULT_METHOD}. */
  readonly method?: ClusterMethod;
  /** Least number of agreeing votes (pixels) that make an object; default {@link DEFAULT_MIN_AREA}. */
  readonly minArea?: number;
  /**
   * A pixel whose vote is in no cluster goes to the nearest centre of its class at most this many px
   * away, else to none; default {@link DEFAULT_ADOPT_WITHIN}.
   */
  readonly adoptWithin?: number;
}

/** The eight countable classes of Cityscapes by train id: person, rider, car … bicycle. */
export const THING_CLASSES: readonly number[] = [11, 12, 13, 14, 15, 16, 17, 18];

/**
 * OPTICS cut at ε = 3 px with minPts = 20, for images of about 128 × 256 px; both grow with the image
 * (ε with its width, minPts with its area). The paper states no parameters. These gave the best panoptic
 * quality of 39 settings on simulated votes of a stride-8 network (docs/decisions/0002-optics.md).
 */
export const DEFAULT_METHOD: ClusterMethod = clusterByOptics({ minPts: 20, eps: 3 });

/** Objects below 10 px carry too few votes at 128 × 256 px to tell them from stray ones. */
export const DEFAULT_MIN_AREA = 10;

/**
 * 8 px, some two mean instance errors of the paper's Table 1 (3.4 to 4.6 px): a vote farther off is
 * more likely that of an object which was missed.
 */
export const DEFAULT_ADOPT_WITHIN = 8;

/**
 * Objects from classes and centre vectors (Kendall et al. 2018, section 4.2): each pixel of a countable
 * class votes for a centre, the votes of each class are clustered, and each pixel goes to the cluster
 * of its vote, or else to the closest one. Votes do not care where a pixel lies, so an object that is
 * cut in two by a pole stays one.
 *
 * Classes are clustered apart because a rider and his bicycle have nearly the same centre.
 * @throws RangeError when an array does not fit H × W, or a vector of a countable pixel is not finite
 * @example
 * ```ts
 * import { clusterByDbscan, decodeInstances } from '@scene-mtl/vision-heads';
 * // One row: a car (class 13) of two pixels, a pole, two more of the same car; all point to column 2.
 * const semantic = Uint8Array.of(13, 13, 5, 13, 13);
 * const vectors = Float32Array.of(2, 0, 1, 0, 0, 0, -1, 0, -2, 0);
 * const method = clusterByDbscan({ eps: 1, minPts: 2 });
 * decodeInstances({ height: 1, width: 5, semantic, vectors }, { method, minArea: 2 }).ids; // → [1, 1, 0, 1, 1]
 * ```
 */
export function decodeInstances(
  input: InstanceInput,
  options: InstanceOptions = {},
): DecodedInstances {
  const {
    classes = THING_CLASSES,
    method = DEFAULT_METHOD,
    minArea = DEFAULT_MIN_AREA,
    adoptWithin = DEFAULT_ADOPT_WITHIN,
  } = options;
  const { height, width, semantic, vectors } = input;
  const probabilityOf = probabilityReader(input);
  checkLength('semantic', semantic.length, height * width, '[H, W]');
  checkLength('vectors', vectors.length, 2 * height * width, '[H, W, 2]');

  const ids = new Uint16Array(height * width);
  const instances: Instance[] = [];
  for (const classId of classes) {
    const votes = collectVotes(semantic, vectors, height, width, classId);
    if (votes.pixels.length === 0) continue;
    const found = adoptNoise(votes.votes, method(votes), minArea, adoptWithin);
    const members: number[][] = Array.from(found.own, () => []);
    for (let i = 0; i < found.labels.length; i++) {
      if (found.labels[i] >= 0) members[found.labels[i]].push(votes.pixels[i]);
    }
    for (let c = 0; c < members.length; c++) {
      const pixels = members[c];
      const id = instances.length + 1;
      if (id > 65535) {
        throw new RangeError(
          'decodeInstances: an id map of 16 bits holds 65535 objects; raise minArea or minPts',
        );
      }
      let probability = 0;
      for (const pixel of pixels) {
        ids[pixel] = id;
        probability += probabilityOf?.(pixel, classId) ?? 0;
      }
      instances.push({
        id,
        classId,
        confidence: (probabilityOf ? probability : found.own[c]) / pixels.length,
        mask: encodeRuns(pixels, height, width),
        area: pixels.length,
        centre: { row: found.centres[2 * c + 1], column: found.centres[2 * c] },
      });
    }
  }
  return { instances, ids };
}

function probabilityReader({ probabilities, height, width }: InstanceInput) {
  if (probabilities === undefined) return undefined;
  const channels = probabilities.length / (height * width);
  if (!Number.isInteger(channels)) {
    throw new RangeError(
      `decodeInstances: probabilities must be [H, W, C] with H = ${height}, W = ${width}; got ${probabilities.length} numbers`,
    );
  }
  return (pixel: number, classId: number): number => {
    if (classId >= channels) {
      throw new RangeError(
        `decodeInstances: probabilities have ${channels} classes, so none for class ${classId}`,
      );
    }
    return probabilities[pixel * channels + classId];
  };
}

function checkLength(field: string, actual: number, expected: number, shape: string): void {
  if (actual !== expected) {
    throw new RangeError(
      `decodeInstances: ${field} must be ${shape} = ${expected} numbers; got ${actual}`,
    );
  }
}
