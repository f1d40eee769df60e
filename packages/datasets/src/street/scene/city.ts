import { randomStream } from '@scene-mtl/data';
import { srgb, type Colour } from '../geometry/surface.ts';
import { drawBonnet, type Bonnet } from '../render/bonnet.ts';
import type { StreetKind } from './road.ts';
import { between, pick } from './stage.ts';

/** The look of a city. Cities of the validation split are not among those of training. */
export interface City {
  readonly name: string;
  /** Wall colours of houses. */
  readonly walls: readonly Colour[];
  readonly trims: readonly Colour[];
  readonly roofs: readonly Colour[];
  readonly asphalt: Colour;
  readonly paving: Colour;
  readonly kerb: Colour;
  readonly slab: readonly [length: number, width: number];
  readonly leaf: Colour;
  readonly grass: Colour;
  readonly earth: Colour;
  /** Storeys of houses in the centre, fewest and most. */
  readonly storeys: readonly [number, number];
  readonly storey: number;
  readonly brick: number;
  readonly shops: number;
  /** Share of plots with a tree in front. */
  readonly trees: number;
  /** Share of parking places taken. */
  readonly parked: number;
  /** People per 100 m of pavement. */
  readonly people: number;
  readonly kinds: readonly (readonly [StreetKind, number])[];
  readonly rails: number;
  /** Distance of haze, metres. */
  readonly haze: number;
  readonly bonnet: Bonnet;
}

/** Cities of the training split. */
export const TRAIN_CITIES = [
  'altwasser',
  'birkenau',
  'cranford',
  'dornhagen',
  'eschbach',
  'falkenau',
  'grunstadt',
  'hohenfels',
  'irmstein',
  'jesberg',
  'kaltbrunn',
  'lindhorst',
] as const;

/** Cities of the validation split, disjoint from those of training. */
export const VAL_CITIES = ['marsfeld', 'nordheim', 'ostwall'] as const;

const palette = (rows: readonly (readonly [number, number, number])[]) =>
  rows.map((row) => srgb(...row));

// Walls share their colours with roads, pavements, bark and cars, on purpose.
const WALLS = palette([
  [196, 186, 168],
  [168, 156, 140],
  [142, 132, 122],
  [120, 116, 112],
  [205, 200, 190],
  [170, 118, 92],
  [142, 86, 68],
  [186, 160, 116],
  [200, 178, 142],
  [132, 138, 140],
  [156, 162, 164],
  [178, 148, 132],
  [110, 100, 92],
  [188, 190, 186],
  [154, 140, 106],
]);
const TRIMS = palette([
  [210, 206, 198],
  [120, 112, 104],
  [90, 86, 84],
  [228, 224, 216],
  [150, 140, 128],
]);
const ROOFS = palette([
  [128, 66, 50],
  [96, 58, 48],
  [74, 72, 74],
  [104, 92, 84],
  [58, 60, 64],
]);
const ASPHALTS = palette([
  [96, 97, 100],
  [112, 112, 112],
  [84, 85, 90],
  [124, 120, 116],
  [104, 102, 98],
]);
const PAVINGS = palette([
  [136, 132, 126],
  [150, 138, 126],
  [118, 116, 116],
  [158, 140, 124],
  [128, 130, 134],
]);
const KERBS = palette([
  [160, 158, 152],
  [140, 138, 134],
  [172, 166, 156],
]);
const LEAVES = palette([
  [70, 92, 40],
  [84, 100, 48],
  [58, 82, 42],
  [104, 108, 50],
  [76, 88, 52],
  [118, 100, 48],
]);
const GRASSES = palette([
  [104, 118, 58],
  [92, 108, 56],
  [126, 124, 70],
]);
const EARTHS = palette([
  [128, 110, 86],
  [112, 98, 80],
  [140, 124, 98],
]);

/** The style of a city, from its name and the tree's seed alone. */
export function cityStyle(name: string, seed: number): City {
  const random = randomStream('city', name, seed);
  const some = <T>(items: readonly T[], count: number) =>
    Array.from({ length: count }, () => pick(random, items));
  const fewest = 4 + Math.floor(2 * random());
  return {
    name,
    walls: some(WALLS, 6),
    trims: some(TRIMS, 2),
    roofs: some(ROOFS, 2),
    asphalt: pick(random, ASPHALTS),
    paving: pick(random, PAVINGS),
    kerb: pick(random, KERBS),
    slab: [between(random, 0.3, 1), between(random, 0.2, 0.6)],
    leaf: pick(random, LEAVES),
    grass: pick(random, GRASSES),
    earth: pick(random, EARTHS),
    storeys: [fewest, fewest + 2 + Math.floor(3 * random())],
    storey: between(random, 2.9, 3.7),
    brick: random() < 0.35 ? 0.8 : 0.15,
    shops: between(random, 0.2, 0.8),
    trees: between(random, 0.38, 0.82),
    parked: between(random, 0.4, 0.9),
    people: between(random, 3.4, 9.5),
    kinds: [
      ['centre', between(random, 2, 4)],
      ['houses', between(random, 1, 3)],
      ['avenue', between(random, 1.5, 3)],
      ['edge', between(random, 0.4, 1.2)],
    ],
    rails: random() < 0.5 ? 0.18 : 0.02,
    haze: between(random, 260, 600),
    bonnet: drawBonnet(random),
  };
}
