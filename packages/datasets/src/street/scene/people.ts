import { labelNamed } from '@scene-mtl/data/cityscapes';
import { lump, tube, type Place } from '../geometry/shapes.ts';
import type { Point } from '../geometry/mesh.ts';
import { srgb, tinted, type Colour, type Surface } from '../geometry/surface.ts';
import { matte } from '../materials/things.ts';
import { between, pick, type Stage } from './stage.ts';

const PERSON = labelNamed('person').id;

const CLOTHES: readonly Colour[] = [
  srgb(22, 23, 28),
  srgb(40, 44, 56),
  srgb(70, 72, 78),
  srgb(110, 112, 116),
  srgb(36, 48, 84),
  srgb(120, 40, 40),
  srgb(150, 120, 90),
  srgb(200, 196, 188),
  srgb(60, 80, 60),
  srgb(170, 60, 50),
  srgb(60, 100, 140),
  srgb(190, 170, 120),
  srgb(90, 60, 80),
];
const LEGS: readonly Colour[] = [
  srgb(24, 26, 34),
  srgb(38, 48, 74),
  srgb(60, 60, 62),
  srgb(120, 108, 90),
  srgb(30, 30, 30),
];
const SKINS: readonly Colour[] = [
  srgb(214, 168, 140),
  srgb(188, 138, 108),
  srgb(130, 88, 64),
  srgb(92, 62, 46),
];
const HAIRS: readonly Colour[] = [
  srgb(30, 24, 20),
  srgb(70, 48, 32),
  srgb(120, 92, 60),
  srgb(150, 148, 144),
];

/** Surfaces of one person's parts. */
export interface Outfit {
  readonly top: Surface;
  readonly legs: Surface;
  readonly skin: Surface;
  readonly hair: Surface;
  readonly shoes: Surface;
}

/** Clothes of one person of a label (person or rider). */
export function outfit(stage: Stage, label: number, thing: number): Outfit {
  const { random } = stage;
  const part = (colour: Colour) =>
    stage.surface(matte, label, tinted(colour, between(random, 0.8, 1.2)), { thing });
  return {
    top: part(pick(random, CLOTHES)),
    legs: part(pick(random, LEGS)),
    skin: part(pick(random, SKINS)),
    hair: part(pick(random, HAIRS)),
    shoes: part(srgb(26, 24, 24)),
  };
}

/** A person walking or standing, 1.1–1.95 m tall; `group` paints them as part of a group. */
export function addPerson(
  stage: Stage,
  place: Place,
  distance: number,
  options: { group?: number } = {},
): void {
  const { mesh, random } = stage;
  const thing = options.group ?? stage.thing(PERSON);
  const wear = outfit(stage, PERSON, thing);
  const height = random() < 0.1 ? between(random, 1.1, 1.45) : between(random, 1.55, 1.95);
  const build = between(random, 0.9, 1.15);
  const stride = random() < 0.7 ? between(random, 0.12, 0.34) : 0.04;
  const h = (share: number) => share * height;
  const sides = distance < 20 ? 6 : 4;
  const limb = (s: Surface, a: Point, b: Point, r0: number, r1: number) =>
    tube(mesh, place, s, a, b, [r0 * build * height, r1 * build * height], sides);
  const swing = random() < 0.5 ? 1 : -1;
  for (const y of [-1, 1]) {
    const step = y * swing * stride * height * 0.9;
    const hip: Point = [0, y * 0.05 * height, h(0.5)];
    const knee: Point = [step * 0.55 + 0.03, y * 0.055 * height, h(0.27)];
    const foot: Point = [step, y * 0.055 * height, h(0.03)];
    limb(wear.legs, hip, knee, 0.052, 0.04);
    limb(wear.legs, knee, foot, 0.04, 0.03);
    limb(wear.shoes, foot, [foot[0] + 0.09 * height, foot[1], h(0.015)], 0.028, 0.02);
    const shoulder: Point = [0, y * 0.115 * height, h(0.8)];
    const elbow: Point = [-step * 0.3, y * 0.14 * height, h(0.63)];
    const hand: Point = [-step * 0.6 + 0.06, y * 0.13 * height, h(0.48)];
    limb(wear.top, shoulder, elbow, 0.034, 0.028);
    limb(wear.top, elbow, hand, 0.027, 0.02);
    if (distance < 25) limb(wear.skin, hand, [hand[0], hand[1], hand[2] - 0.03], 0.02, 0.02);
  }
  // A long coat or skirt reaches lower.
  const hem = random() < 0.25 ? 0.36 : 0.48;
  const scaledPlace: Place = (x, y, z) => place(x * 0.72, y, z);
  const trunk = (a: number, b: number, r0: number, r1: number) =>
    tube(
      mesh,
      scaledPlace,
      wear.top,
      [0, 0, h(a)],
      [0, 0, h(b)],
      [r0 * build * height, r1 * build * height],
      8,
    );
  trunk(hem, 0.6, hem < 0.4 ? 0.11 : 0.095, 0.09);
  trunk(0.6, 0.8, 0.09, 0.115);
  trunk(0.8, 0.845, 0.115, 0.035);
  addHead(stage, place, wear, [0.01, 0, h(0.93)], height, distance);
  if (random() < 0.25) {
    const bag = stage.surface(matte, PERSON, pick(random, CLOTHES), { thing });
    lump(
      mesh,
      place,
      bag,
      [-0.11 * height, 0, h(0.68)],
      [0.06 * height, 0.08 * height, 0.12 * height],
      {
        rings: 3,
        roughness: 0.05,
        seed: 1,
      },
    );
  }
  stage.stand(place, 0.3, 0.4, 0.6);
}

/** Neck, head and hair at a point. */
export function addHead(
  { mesh }: Stage,
  place: Place,
  wear: Outfit,
  [x, y, z]: Point,
  height: number,
  distance: number,
): void {
  const rings = distance < 20 ? 4 : 3;
  const r = 0.058 * height;
  tube(mesh, place, wear.skin, [x, y, z - 2 * r], [x, y, z], [r * 0.5, r * 0.5], 5);
  const options = { rings, roughness: 0, seed: 0 };
  lump(mesh, place, wear.skin, [x + 0.012, y, z], [r * 0.95, r * 0.82, r * 1.2], options);
  lump(mesh, place, wear.hair, [x - 0.02, y, z + r * 0.3], [r, r * 0.92, r * 1.05], options);
}
