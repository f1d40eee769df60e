import { VOID } from './kinds/classes.ts';

/** One label of the Cityscapes definition. */
export interface CityscapesLabel {
  readonly name: string;
  /** Regular id, −1 … 33, as in `labelIds` files. */
  readonly id: number;
  /** Training id, 0 … 18; 255 or −1 is not trained. */
  readonly trainId: number;
  readonly category: string;
  readonly hasInstances: boolean;
  readonly ignoreInEval: boolean;
  /** RGB 0 … 255. */
  readonly colour: readonly [number, number, number];
}

const table = `
unlabeled            |  0 | 255 | void         |   | x |   0,  0,  0
ego vehicle          |  1 | 255 | void         |   | x |   0,  0,  0
rectification border |  2 | 255 | void         |   | x |   0,  0,  0
out of roi           |  3 | 255 | void         |   | x |   0,  0,  0
static               |  4 | 255 | void         |   | x |   0,  0,  0
dynamic              |  5 | 255 | void         |   | x | 111, 74,  0
ground               |  6 | 255 | void         |   | x |  81,  0, 81
road                 |  7 |   0 | flat         |   |   | 128, 64,128
sidewalk             |  8 |   1 | flat         |   |   | 244, 35,232
parking              |  9 | 255 | flat         |   | x | 250,170,160
rail track           | 10 | 255 | flat         |   | x | 230,150,140
building             | 11 |   2 | construction |   |   |  70, 70, 70
wall                 | 12 |   3 | construction |   |   | 102,102,156
fence                | 13 |   4 | construction |   |   | 190,153,153
guard rail           | 14 | 255 | construction |   | x | 180,165,180
bridge               | 15 | 255 | construction |   | x | 150,100,100
tunnel               | 16 | 255 | construction |   | x | 150,120, 90
pole                 | 17 |   5 | object       |   |   | 153,153,153
polegroup            | 18 | 255 | object       |   | x | 153,153,153
traffic light        | 19 |   6 | object       |   |   | 250,170, 30
traffic sign         | 20 |   7 | object       |   |   | 220,220,  0
vegetation           | 21 |   8 | nature       |   |   | 107,142, 35
terrain              | 22 |   9 | nature       |   |   | 152,251,152
sky                  | 23 |  10 | sky          |   |   |  70,130,180
person               | 24 |  11 | human        | x |   | 220, 20, 60
rider                | 25 |  12 | human        | x |   | 255,  0,  0
car                  | 26 |  13 | vehicle      | x |   |   0,  0,142
truck                | 27 |  14 | vehicle      | x |   |   0,  0, 70
bus                  | 28 |  15 | vehicle      | x |   |   0, 60,100
caravan              | 29 | 255 | vehicle      | x | x |   0,  0, 90
trailer              | 30 | 255 | vehicle      | x | x |   0,  0,110
train                | 31 |  16 | vehicle      | x |   |   0, 80,100
motorcycle           | 32 |  17 | vehicle      | x |   |   0,  0,230
bicycle              | 33 |  18 | vehicle      | x |   | 119, 11, 32
license plate        | -1 |  -1 | vehicle      |   | x |   0,  0,142`;

/**
 * The Cityscapes labels in the official order (Cordts et al. 2016; `helpers/labels.py` of
 * mcordts/cityscapesScripts 2.2.4).
 */
export const cityscapesLabels: readonly CityscapesLabel[] = table
  .trim()
  .split('\n')
  .map((line) => {
    const [name, id, trainId, category, instances, ignored, colour] = line
      .split('|')
      .map((field) => field.trim());
    return {
      name,
      id: Number(id),
      trainId: Number(trainId),
      category,
      hasInstances: instances === 'x',
      ignoreInEval: ignored === 'x',
      colour: colour.split(',').map(Number) as [number, number, number],
    };
  });

/** Number of regular ids that can stand in a label image: 0 … 33. */
export const LABEL_IDS = 34;

/** The 34 labels with a regular id ≥ 0; the index is the id. */
export const labelsById: readonly CityscapesLabel[] = cityscapesLabels.slice(0, LABEL_IDS);

/** The 19 evaluated labels in the order of their training ids. */
export const evaluatedLabels: readonly CityscapesLabel[] = labelsById.filter(
  (l) => !l.ignoreInEval,
);

/** The eight evaluated labels with instances, in the official order. */
export const instanceLabels: readonly CityscapesLabel[] = evaluatedLabels.filter(
  (l) => l.hasInstances,
);

/**
 * Name of a sample's field with the single objects of labels that are not trained, a map of objects with the official
 * values `id · 1000 + k`: caravans and trailers. No task learns from it; the official AP counts what is found on
 * them as wrong. A sample without any has no such field.
 */
export const UNTRAINED_OBJECTS = 'untrainedObjects';

/** The eight categories in the official order, void first. */
export const categories: readonly string[] = [...new Set(cityscapesLabels.map((l) => l.category))];

/** Colours of the 19 training classes, index = training id. */
export const trainPalette: readonly (readonly [number, number, number])[] = evaluatedLabels.map(
  (l) => l.colour,
);

/** Names of the 19 training classes, index = training id. */
export const trainNames: readonly string[] = evaluatedLabels.map((l) => l.name);

/** Training id by regular id 0 … 33; `VOID` where the class is not evaluated. `u8 [34]`. */
export const trainIdOf: Uint8Array = Uint8Array.from(labelsById, ({ trainId }) =>
  trainId < 0 ? VOID : trainId,
);

/**
 * The label of a name such as `car`.
 * @throws for a name that is not in the table
 * @example
 * ```ts
 * import { labelNamed } from '@scene-mtl/data/cityscapes';
 * const { id, trainId, hasInstances } = labelNamed('car');
 * [id, trainId, hasInstances]; // → [26, 13, true]
 * ```
 */
export function labelNamed(name: string): CityscapesLabel {
  const label = cityscapesLabels.find((candidate) => candidate.name === name);
  if (label === undefined) throw new Error(`labelNamed: no Cityscapes label is called '${name}'`);
  return label;
}
