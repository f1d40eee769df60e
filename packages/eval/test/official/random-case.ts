import { randomSource } from '@scene-mtl/data';
import { labelsById } from '@scene-mtl/data/cityscapes';
import type {
  InstanceDistance,
  InstancePrediction,
} from '../../src/cityscapes/instance-matching.ts';
import type { PanopticSegment } from '../../src/cityscapes/panoptic.ts';

/** One random image with predictions of every kind; all arrays `[HEIGHT, WIDTH]`. */
export interface CaseImage {
  readonly labels: Uint8Array;
  readonly instances: Uint16Array;
  readonly pixelPrediction: Uint8Array;
  readonly instancePredictions: readonly InstancePrediction[];
  readonly distances: ReadonlyMap<number, InstanceDistance>;
  readonly panopticTruth: readonly (PanopticSegment & { area: number; isCrowd: boolean })[];
  readonly panopticTruthIds: Uint32Array;
  readonly panopticPrediction: readonly PanopticSegment[];
  readonly panopticPredictionIds: Uint32Array;
}

export const HEIGHT = 40;
export const WIDTH = 64;
export const CASES = 64;

/** What a case is degenerate in; the seed picks one in turn. */
export const kinds = [
  'ordinary',
  'ordinary',
  'crowded',
  'ties',
  'no objects',
  'all void',
  'empty masks',
  'groups only',
  'small objects',
  'no predictions',
  'stuff predictions',
  'caravans',
  'duplicates',
  'infinite confidences',
  'one class',
  'whole-image masks',
] as const;

const things = [24, 25, 26, 27, 28, 31, 32, 33];
const stuff = [7, 8, 11, 12, 17, 20, 21, 23, 0, 4, 9];

/** Case number `seed`, the same for the same number: one to three images. */
export function randomCase(seed: number): { images: CaseImage[] } {
  const random = randomSource(1000 + seed);
  const images = Array.from({ length: 1 + (seed % 3) }, () =>
    randomImage(kindOf(seed), (n) => random.below(n)),
  );
  return { images };
}

/** What case number `seed` is degenerate in. */
export const kindOf = (seed: number): (typeof kinds)[number] => kinds[seed % kinds.length];

type Below = (n: number) => number;

function randomImage(kind: string, below: Below): CaseImage {
  const pick = <T>(list: readonly T[]) => list[below(list.length)];
  const size = HEIGHT * WIDTH;
  const instances = new Uint16Array(size).fill(kind === 'all void' ? 1 : pick(stuff));
  const classes = kind === 'one class' ? [26] : kind === 'caravans' ? [29, 26, 30] : things;
  if (kind !== 'all void') {
    for (let k = 0; k < 4; k++) paint(instances, box(below, 6, 40), pick(stuff));
    const objects = kind === 'no objects' ? 0 : kind === 'crowded' ? 12 : 3 + below(4);
    for (let k = 0; k < objects; k++) {
      const label = pick(classes);
      const group = kind === 'groups only' || below(6) === 0;
      const area = kind === 'small objects' ? box(below, 3, 9) : box(below, 6, 24);
      paint(instances, area, group ? label : label * 1000 + k);
    }
  }
  const labels = Uint8Array.from(instances, (v) => (v < 1000 ? v : Math.floor(v / 1000)));
  return {
    labels,
    instances,
    pixelPrediction: pixelPrediction(labels, kind, below),
    instancePredictions: instancePredictions(instances, kind, below),
    distances: new Map(
      [...new Set(instances)]
        .filter((v) => v >= 1000)
        .map((v) => [v, { medDist: 10 + below(120), distConf: below(11) / 10 }]),
    ),
    ...panoptic(instances, below),
  };
}

interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

function box(below: Below, least: number, most: number): Box {
  const height = Math.min(HEIGHT, least + below(most - least));
  const width = Math.min(WIDTH, least + below(most - least));
  return { top: below(HEIGHT - height + 1), left: below(WIDTH - width + 1), height, width };
}

function paint(target: Uint8Array | Uint16Array | Uint32Array, b: Box, value: number): void {
  for (let y = b.top; y < b.top + b.height; y++) {
    target.fill(value, y * WIDTH + b.left, y * WIDTH + b.left + b.width);
  }
}

function shifted<T extends Uint8Array | Uint16Array | Uint32Array>(
  source: T,
  dy: number,
  dx: number,
): T {
  const out = source.slice() as T;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const from = ((y + dy + HEIGHT) % HEIGHT) * WIDTH + ((x + dx + WIDTH) % WIDTH);
      out[y * WIDTH + x] = source[from];
    }
  }
  return out;
}

function pixelPrediction(labels: Uint8Array, kind: string, below: Below): Uint8Array {
  if (kind === 'stuff predictions') return new Uint8Array(labels.length).fill(7);
  const out = shifted(labels, below(3), below(3));
  for (let i = 0; i < out.length; i++) if (below(20) === 0) out[i] = below(34);
  return out;
}

function instancePredictions(instances: Uint16Array, kind: string, below: Below) {
  const list: InstancePrediction[] = [];
  const score = () =>
    kind === 'ties'
      ? (1 + below(3)) / 4
      : kind === 'infinite confidences'
        ? [Infinity, -Infinity, 0.5, -3][below(4)]
        : below(1000) / 1000;
  if (kind === 'no predictions') return list;
  const add = (mask: Uint8Array, labelId: number) =>
    list.push({ labelId, confidence: score(), mask });
  for (const value of new Set(instances)) {
    const label = value < 1000 ? value : Math.floor(value / 1000);
    if (!labelsById[label].hasInstances) continue;
    const exact = Uint8Array.from(instances, (v) => (v === value ? 255 : 0));
    const copies = kind === 'duplicates' ? 3 : below(4) === 0 ? 2 : 1;
    for (let k = 0; k < copies; k++) {
      if (below(5) === 0) continue;
      const wrong = below(6) === 0;
      add(shifted(exact, below(3) - 1, below(4) - 1), wrong ? things[below(8)] : label);
    }
  }
  for (let k = 0; k < 3; k++) {
    const mask = new Uint8Array(instances.length);
    if (kind === 'whole-image masks') mask.fill(1);
    else if (kind !== 'empty masks') paint(mask, box(below, 4, 20), 200);
    add(mask, kind === 'stuff predictions' ? 11 : things[below(8)]);
  }
  return list;
}

/** Ground truth as `createPanopticImgs` makes it; prediction shifted, some segments dropped or new. */
function panoptic(instances: Uint16Array, below: Below) {
  const ignored = (v: number) => labelsById[v < 1000 ? v : Math.floor(v / 1000)].ignoreInEval;
  const panopticTruthIds = Uint32Array.from(instances, (v) => (ignored(v) ? 0 : v));
  const count = (ids: Uint32Array, id: number) => ids.reduce((n, x) => n + Number(x === id), 0);
  const category = (v: number) => (v < 1000 ? v : Math.floor(v / 1000));
  const panopticTruth = [...new Set(panopticTruthIds)]
    .filter((v) => v !== 0)
    .sort((a, b) => a - b)
    .map((id) => ({
      id,
      categoryId: category(id),
      isCrowd: id < 1000 && labelsById[id].hasInstances,
      area: count(panopticTruthIds, id),
    }));
  const panopticPredictionIds = shifted(panopticTruthIds, below(3), below(3));
  for (const { id } of panopticTruth) {
    if (below(6) === 0)
      panopticPredictionIds.forEach((x, i) => {
        if (x === id) panopticPredictionIds[i] = 0;
      });
  }
  paint(panopticPredictionIds, box(below, 5, 16), 70_000);
  const panopticPrediction = [...new Set(panopticPredictionIds)]
    .filter((v) => v !== 0)
    .sort((a, b) => a - b)
    .map((id) => ({
      id,
      categoryId: id === 70_000 || below(8) === 0 ? [26, 24, 11, 7][below(4)] : category(id),
    }));
  return { panopticTruth, panopticTruthIds, panopticPrediction, panopticPredictionIds };
}
