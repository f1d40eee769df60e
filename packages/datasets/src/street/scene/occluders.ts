import type { Place } from '../geometry/shapes.ts';
import type { Footprint } from '../render/contact.ts';
import { addSign, addStreetLamp } from './furniture.ts';
import { addPerson } from './people.ts';
import { addTree } from './plants.ts';
import { between, pick, type Stage } from './stage.ts';

/**
 * How objects are hidden: 'ordinary' as the street has it, or 'cut', where something slim stands in
 * front of many objects so that they fall into two pieces.
 */
export type Occlusion = 'ordinary' | 'cut';

/** All kinds of occlusion. */
export const OCCLUSIONS: readonly Occlusion[] = ['ordinary', 'cut'];

/** Objects nearer or farther than this are left as they are, metres. */
const REACH = [7, 55] as const;
/** No occluder stands nearer to the camera than this, metres: it would fill the picture. */
const NEAREST = 5.5;
/** Most occluders of a frame. */
const MOST = 12;
const HALF_VIEW = Math.tan((22 * Math.PI) / 180);

/**
 * Puts lamps, signs, trees and people between the camera (at the origin) and objects, each in line
 * with the middle of one. The occluder's width in the picture is a sixth to two fifths of the
 * object's, so that a piece is left on both sides.
 * @param objects where the street's vehicles and people stand
 */
export function addOccluders(stage: Stage, objects: readonly Footprint[]): void {
  const { random } = stage;
  const inView = objects
    .filter(({ x, y }) => x > REACH[0] && x < REACH[1] && Math.abs(y) < HALF_VIEW * x)
    .sort((a, b) => a.x - b.x);
  let placed = 0;
  for (const object of inView) {
    if (placed >= MOST) return;
    if (random() < 0.85 && addOccluder(stage, object)) placed++;
  }
}

/** True when there was room for one. */
function addOccluder(stage: Stage, object: Footprint): boolean {
  const { random } = stage;
  const width = widthAcross(object);
  const kinds = KINDS.filter(({ diameter }) => room(object, width, diameter) !== undefined);
  if (kinds.length === 0) return false;
  const { diameter, add } = pick(random, kinds);
  const [from, to] = room(object, width, diameter)!;
  const share = between(random, from, to) / object.x;
  const aside = between(random, -0.15, 0.15) * width;
  const [x, y] = [object.x * share, (object.y + aside) * share];
  const turn = Math.atan2(y, x);
  add(stage, placeAt(x, y, turn), x);
  return true;
}

interface Kind {
  /** Width of what stands in front of the object, metres. */
  readonly diameter: number;
  readonly add: (stage: Stage, place: Place, distance: number) => void;
}

const KINDS: readonly Kind[] = [
  { diameter: 0.07, add: addSign },
  {
    diameter: 0.13,
    add: (stage, place) => addStreetLamp(stage, place, stage.random() < 0.5 ? 1 : -1),
  },
  {
    diameter: 0.45,
    add: (stage, place, distance) =>
      addTree(stage, place, between(stage.random, 7, 12), Math.max(12, distance)),
  },
  // Seen from the side a person walks across the view.
  {
    diameter: 0.6,
    add: (stage, place, distance) => addPerson(stage, sideways(place), distance),
  },
];

/**
 * Distances at which something of a diameter hides a sixth to two fifths of an object's width, and
 * stands clearly before it: `d = diameter · distance / (share · width)`. Undefined without any.
 */
function room(
  object: Footprint,
  width: number,
  diameter: number,
): readonly [from: number, to: number] | undefined {
  const at = (share: number) => (diameter * object.x) / (share * width);
  const from = Math.max(NEAREST, at(0.4));
  const to = Math.min(object.x - object.length / 2 - 1, at(1 / 6));
  return from < to ? [from, to] : undefined;
}

/** How wide an object is across the line of sight, metres. */
function widthAcross({ x, y, heading, length, width }: Footprint): number {
  const angle = heading - Math.atan2(y, x);
  return Math.abs(length * Math.sin(angle)) + Math.abs(width * Math.cos(angle));
}

function placeAt(x: number, y: number, heading: number): Place {
  const [c, s] = [Math.cos(heading), Math.sin(heading)];
  return (px, py, pz) => [x + c * px - s * py, y + s * px + c * py, pz];
}

const sideways =
  (place: Place): Place =>
  (x, y, z) =>
    place(-y, x, z);
