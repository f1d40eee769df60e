import { objectMapOf } from '@scene-mtl/vision-heads';
import { connectedComponents, type Sample } from '@scene-mtl/data';
import { errorMaps } from '../../../measure/pixel-errors.ts';
import type { Predictions, VisionTask } from '@scene-mtl/vision-heads';

/** What became of one object of the truth. */
export interface ObjectError {
  readonly frame: string;
  /** Longer side of the box around its visible pixels, as a share of the image's height. */
  readonly extent: number;
  /** Visible in two pieces or more: something stands before it. */
  readonly occluded: boolean;
  /** Mean |dx| + |dy| over its pixels, as a share of its longer side. */
  readonly vector: number;
  /** Share of its pixels with a wrong class; NaN where classes are not predicted. */
  readonly wrong: number;
}

/** Objects and pieces below this many pixels are specks and are left out. */
const LEAST_PIXELS = 4;

/** The objects of a frame with their errors; none for a network without the instance task. */
export function objectErrors(
  tasks: readonly VisionTask[],
  sample: Sample,
  predictions: Predictions,
): ObjectError[] {
  const truth = objectMapOf(sample);
  const maps = errorMaps(tasks, sample, predictions);
  if (!truth || !maps['instance']) return [];
  const { data: instance, height, width } = truth;
  const pieces = piecesOf(instance, height, width);
  const objects = new Map<number, ObjectSums>();
  for (let i = 0; i < instance.length; i++) {
    if (instance[i] === 0) continue;
    let sums = objects.get(instance[i]);
    if (!sums) objects.set(instance[i], (sums = emptySums()));
    const [x, y] = [i % width, Math.floor(i / width)];
    sums.pixels++;
    sums.left = Math.min(sums.left, x);
    sums.right = Math.max(sums.right, x);
    sums.top = Math.min(sums.top, y);
    sums.bottom = Math.max(sums.bottom, y);
    sums.vector += maps['instance'].error[i];
    if (maps['semantic'] && maps['semantic'].mask[i] !== 0) {
      sums.labelled++;
      sums.wrong += maps['semantic'].error[i] / 100;
    }
  }
  return [...objects].flatMap(([id, sums]) => {
    if (sums.pixels < LEAST_PIXELS) return [];
    const side = 1 + Math.max(sums.right - sums.left, sums.bottom - sums.top);
    return {
      frame: sample.id,
      extent: side / height,
      occluded: (pieces.get(id) ?? 0) > 1,
      vector: sums.vector / sums.pixels / side,
      wrong: sums.wrong / sums.labelled,
    };
  });
}

interface ObjectSums {
  pixels: number;
  labelled: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  vector: number;
  wrong: number;
}

const emptySums = (): ObjectSums => ({
  ...{ pixels: 0, labelled: 0, vector: 0, wrong: 0 },
  ...{ left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity },
});

/** Number of visible pieces of each object. */
function piecesOf(instance: Uint16Array, height: number, width: number): Map<number, number> {
  const { labels, count } = connectedComponents(instance, height, width);
  const sizes = new Uint32Array(count);
  const owners = new Uint16Array(count);
  labels.forEach((label, i) => {
    if (label < 0) return;
    sizes[label]++;
    owners[label] = instance[i];
  });
  const pieces = new Map<number, number>();
  owners.forEach((owner, k) => {
    if (sizes[k] >= LEAST_PIXELS) pieces.set(owner, (pieces.get(owner) ?? 0) + 1);
  });
  return pieces;
}
