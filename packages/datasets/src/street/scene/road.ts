import type { Draw } from '@scene-mtl/data';
import type { Point } from '../geometry/mesh.ts';
import type { Place } from '../geometry/shapes.ts';

/** Cross-section of one side of a road, metres from the centre line outwards. */
export interface RoadSide {
  /** +1 left, −1 right. */
  readonly sign: 1 | -1;
  readonly lanes: number;
  /** Edge of the driving lanes. */
  readonly edge: number;
  /** Kerb: after the parking strip where there is one. */
  readonly kerb: number;
  readonly parking: boolean;
  /** Width of the strip of grass between kerb and pavement; 0 where there is none. */
  readonly verge: number;
  /** Outer edge of the pavement. */
  readonly walk: number;
  /** House fronts. */
  readonly front: number;
}

/** A side street that crosses the road, metres along it. */
export interface Crossing {
  readonly from: number;
  readonly to: number;
  /** Sides it opens to. */
  readonly left: boolean;
  readonly right: boolean;
}

/** Kinds of street, by what stands along them. */
export type StreetKind = 'centre' | 'houses' | 'avenue' | 'edge';

/** A road through the scene. */
export interface Road {
  readonly kind: StreetKind;
  readonly lane: number;
  readonly left: RoadSide;
  readonly right: RoadSide;
  readonly crossings: readonly Crossing[];
  /** Tram rails along the middle. */
  readonly rails: boolean;
  /** Where the camera is, metres left of the centre line. */
  readonly ownLane: number;
  /** How far the scene is built, metres. */
  readonly length: number;
  /** World point of (metres along the road, metres left of its centre line, height). */
  at(s: number, t: number, z: number): Point;
  /** Place of a thing that stands at (s, t) and looks along the road, turned by `heading` to the left. */
  place(s: number, t: number, heading?: number): Place;
  /** True where a side street of this side crosses. */
  crossed(s: number, sign: 1 | -1, margin?: number): boolean;
}

/**
 * A road of a kind; sizes vary by frame.
 * @param pavement factor on the width of pavements
 */
export function drawRoad(random: Draw, kind: StreetKind, rails: boolean, pavement: number): Road {
  const lane = 3.2 + 0.6 * random();
  const wide = kind === 'avenue' || rails;
  const lanes = () => (wide ? 2 : random() < 0.2 ? 2 : 1);
  const side = (sign: 1 | -1): RoadSide => {
    const count = lanes();
    const edge = count * lane;
    const parking = random() < (kind === 'edge' ? 0.15 : 0.54);
    const kerb = edge + (parking ? 2.1 : 0.1);
    const green = { centre: 0.05, avenue: 0.45, houses: 0.35, edge: 0.6 }[kind];
    const verge = random() < green ? 1 + 1.4 * random() : 0;
    const paved = kind === 'edge' ? 2.4 + 1.8 * random() : 3.6 + 3.8 * random();
    const walk = kerb + verge + pavement * paved;
    const setback = {
      centre: 0,
      avenue: 1 + 3 * random(),
      houses: 3 + 4 * random(),
      edge: 5 + 10 * random(),
    };
    return { sign, lanes: count, edge, kerb, parking, verge, walk, front: walk + setback[kind] };
  };
  const left = side(1);
  const right = side(-1);
  const curvature = random() < 0.3 ? 0 : (random() - 0.5) * (kind === 'edge' ? 0.014 : 0.012);
  const ownLane =
    -lane / 2 - (right.lanes > 1 && random() < 0.4 ? lane : 0) + 0.4 * (random() - 0.5);
  const length = 190;
  const crossings: Crossing[] = [];
  for (let s = 14 + 45 * random(); s < length; s += 35 + 60 * random()) {
    const width = 6.5 + 5 * random();
    const which = random();
    crossings.push({ from: s, to: s + width, left: which < 0.75, right: which > 0.25 });
  }
  const heading = (s: number) => curvature * s;
  const at = (s: number, t: number, z: number): Point => {
    const angle = heading(s);
    const across = t - ownLane;
    const [x, y] =
      curvature === 0 ? [s, 0] : [Math.sin(angle) / curvature, (1 - Math.cos(angle)) / curvature];
    return [x - across * Math.sin(angle), y + across * Math.cos(angle), z];
  };
  return {
    kind,
    lane,
    left,
    right,
    crossings,
    rails,
    ownLane,
    length,
    at,
    place(s, t, turn = 0) {
      const [ox, oy] = at(s, t, 0);
      const c = Math.cos(heading(s) + turn);
      const d = Math.sin(heading(s) + turn);
      return (x, y, z) => [ox + c * x - d * y, oy + d * x + c * y, z];
    },
    crossed: (s, sign, margin = 0) =>
      crossings.some(
        (c) => (sign > 0 ? c.left : c.right) && s > c.from - margin && s < c.to + margin,
      ),
  };
}
