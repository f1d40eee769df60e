import { VOID } from '@scene-mtl/core/samples';

/** One row of the Cityscapes label table. */
export interface Label {
  readonly name: string;
  /** Value in `labelIds` images; −1 for the licence plate, which is never painted. */
  readonly id: number;
  /** Training id 0–18; 255 where the class is not evaluated. */
  readonly trainId: number;
  readonly category: string;
  /** Whether single objects of it are told apart. */
  readonly hasInstances: boolean;
  /** RGB, 0–255. */
  readonly colour: readonly [number, number, number];
}

type Row = [name: string, id: number, trainId: number, category: string, colour: string];

// cityscapesScripts v2.2.4, helpers/labels.py, in its order. A star marks classes with instances.
const rows: Row[] = [
  ['unlabeled', 0, VOID, 'void', '0,0,0'],
  ['ego vehicle', 1, VOID, 'void', '0,0,0'],
  ['rectification border', 2, VOID, 'void', '0,0,0'],
  ['out of roi', 3, VOID, 'void', '0,0,0'],
  ['static', 4, VOID, 'void', '0,0,0'],
  ['dynamic', 5, VOID, 'void', '111,74,0'],
  ['ground', 6, VOID, 'void', '81,0,81'],
  ['road', 7, 0, 'flat', '128,64,128'],
  ['sidewalk', 8, 1, 'flat', '244,35,232'],
  ['parking', 9, VOID, 'flat', '250,170,160'],
  ['rail track', 10, VOID, 'flat', '230,150,140'],
  ['building', 11, 2, 'construction', '70,70,70'],
  ['wall', 12, 3, 'construction', '102,102,156'],
  ['fence', 13, 4, 'construction', '190,153,153'],
  ['guard rail', 14, VOID, 'construction', '180,165,180'],
  ['bridge', 15, VOID, 'construction', '150,100,100'],
  ['tunnel', 16, VOID, 'construction', '150,120,90'],
  ['pole', 17, 5, 'object', '153,153,153'],
  ['polegroup', 18, VOID, 'object', '153,153,153'],
  ['traffic light', 19, 6, 'object', '250,170,30'],
  ['traffic sign', 20, 7, 'object', '220,220,0'],
  ['vegetation', 21, 8, 'nature', '107,142,35'],
  ['terrain', 22, 9, 'nature', '152,251,152'],
  ['sky', 23, 10, 'sky', '70,130,180'],
  ['person*', 24, 11, 'human', '220,20,60'],
  ['rider*', 25, 12, 'human', '255,0,0'],
  ['car*', 26, 13, 'vehicle', '0,0,142'],
  ['truck*', 27, 14, 'vehicle', '0,0,70'],
  ['bus*', 28, 15, 'vehicle', '0,60,100'],
  ['caravan*', 29, VOID, 'vehicle', '0,0,90'],
  ['trailer*', 30, VOID, 'vehicle', '0,0,110'],
  ['train*', 31, 16, 'vehicle', '0,80,100'],
  ['motorcycle*', 32, 17, 'vehicle', '0,0,230'],
  ['bicycle*', 33, 18, 'vehicle', '119,11,32'],
  ['license plate', -1, -1, 'vehicle', '0,0,142'],
];

/** The Cityscapes label table, in the order of the official file. */
export const labels: readonly Label[] = rows.map(([name, id, trainId, category, colour]) => ({
  name: name.replace('*', ''),
  id,
  trainId,
  category,
  hasInstances: name.endsWith('*'),
  colour: colour.split(',').map(Number) as unknown as Label['colour'],
}));

/** The 19 evaluated labels by training id. */
export const trainLabels: readonly Label[] = labels
  .filter((label) => label.trainId >= 0 && label.trainId !== VOID)
  .sort((a, b) => a.trainId - b.trainId);

/** Largest value of a `labelIds` image. */
export const MAX_LABEL_ID = 33;

/** Training id by label id 0–33; 255 where the class is not evaluated. `u8 [34]`. */
export const trainIdOf: Uint8Array = byId(VOID, (label) => label.trainId);

/** 1 by label id 0–33 where single objects are told apart (caravan and trailer included). */
export const hasInstances: Uint8Array = byId(0, (label) => Number(label.hasInstances));

/**
 * The label of a name such as `car`.
 * @throws for a name that is not in the table
 */
export function labelNamed(name: string): Label {
  const label = labels.find((candidate) => candidate.name === name);
  if (label === undefined) throw new Error(`labelNamed: no Cityscapes label is called '${name}'`);
  return label;
}

function byId(otherwise: number, value: (label: Label) => number): Uint8Array {
  const table = new Uint8Array(MAX_LABEL_ID + 1).fill(otherwise);
  for (const label of labels) if (label.id >= 0) table[label.id] = value(label);
  return table;
}
