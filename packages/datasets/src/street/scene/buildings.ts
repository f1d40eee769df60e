import { labelNamed } from '@scene-mtl/data/cityscapes';
import { srgb, tinted, type Surface } from '../geometry/surface.ts';
import { facade, facadeDetail, poster, tiles } from '../materials/walls.ts';
import type { RoadSide } from './road.ts';
import { between, pick, type Stage } from './stage.ts';

const BUILDING = labelNamed('building').id;
const DEPTH = 12;

/** Houses along both sides, with gaps at side streets and, out of the centre, between plots. */
export function addBuildings(stage: Stage): void {
  addRow(stage, stage.road.left);
  addRow(stage, stage.road.right);
  addBackdrop(stage);
}

function addRow(stage: Stage, side: RoadSide): void {
  const { road, random, city } = stage;
  const { kind } = road;
  const gap = { centre: 0.03, avenue: 0.15, houses: 0.7, edge: 0.6 }[kind];
  const absent = { centre: 0.01, avenue: 0.06, houses: 0.08, edge: 0.35 }[kind];
  for (let s = -6; s < road.length;) {
    const low = kind === 'houses' || kind === 'edge';
    const width = low ? between(random, 8, 14) : between(random, 10, 26);
    const next = s + width;
    const blocked = road.crossings.find(
      (c) => (side.sign > 0 ? c.left : c.right) && c.from - 1 < next && c.to + 1 > s,
    );
    if (blocked) {
      if (blocked.from - 1 - s > 5) addHouse(stage, side, s, blocked.from - 1, low);
      s = blocked.to + 1;
      continue;
    }
    if (random() >= absent) addHouse(stage, side, s, next, low);
    s = next + (random() < gap ? between(random, 2, low ? 12 : 6) : 0);
  }
  void city;
}

function addHouse(stage: Stage, side: RoadSide, from: number, to: number, low: boolean): void {
  const { random, city, road, mesh } = stage;
  const [fewest, most] = low ? [2, 4] : city.storeys;
  const storeys = fewest + Math.floor(random() * (most - fewest + 1));
  const shop = !low && random() < city.shops ? between(random, 3.4, 4.2) : 0;
  const top = shop + storeys * city.storey + between(random, 0.4, 1);
  const wall = tinted(pick(random, city.walls), between(random, 0.8, 1.15));
  const bay = between(random, 1.9, 3.4);
  const detail = facadeDetail({
    storey: city.storey,
    bay,
    windowWidth: bay * between(random, 0.35, 0.65),
    windowHeight: city.storey * between(random, 0.45, 0.65),
    shop,
    top,
    brick: random() < city.brick ? 1 : 0,
  });
  const front = stage.surface(facade, BUILDING, wall, { second: pick(random, city.trims), detail });
  const offset = side.front + (low ? between(random, 0, 3) : between(random, 0, 0.7));
  const t0 = side.sign * offset;
  const t1 = side.sign * (offset + DEPTH);
  wallAlong(stage, front, from, to, t0, top);
  for (const s of [from, to]) {
    mesh.quad(
      front,
      [road.at(s, t0, 0), road.at(s, t1, 0), road.at(s, t1, top), road.at(s, t0, top)],
      [
        [0, 0],
        [DEPTH, 0],
        [DEPTH, top],
        [0, top],
      ],
    );
  }
  addRoof(stage, from, to, t0, t1, top, low ? 0.9 : 0.6);
  if (random() < 0.06 && !low) addPoster(stage, (from + to) / 2, side.sign * (offset - 0.06));
}

/** A wall along the road, bent with it. */
function wallAlong(
  stage: Stage,
  surface: Surface,
  from: number,
  to: number,
  t: number,
  top: number,
): void {
  const { road, mesh } = stage;
  const pieces = Math.ceil((to - from) / 8);
  for (let k = 0; k < pieces; k++) {
    const a = from + ((to - from) * k) / pieces;
    const b = from + ((to - from) * (k + 1)) / pieces;
    mesh.quad(
      surface,
      [road.at(a, t, 0), road.at(b, t, 0), road.at(b, t, top), road.at(a, t, top)],
      [
        [a - from, 0],
        [b - from, 0],
        [b - from, top],
        [a - from, top],
      ],
    );
  }
}

function addRoof(
  stage: Stage,
  from: number,
  to: number,
  t0: number,
  t1: number,
  top: number,
  pitched: number,
): void {
  const { random, city, road, mesh } = stage;
  const colour = tinted(pick(random, city.roofs), between(random, 0.8, 1.2));
  const surface = stage.surface(tiles, BUILDING, colour);
  if (random() >= pitched) return;
  const ridge = top + between(random, 3, 5.5);
  const middle = (t0 + t1) / 2;
  const out = t0 - Math.sign(t1 - t0) * 0.35;
  const slope = Math.hypot(ridge - top, middle - out);
  mesh.quad(
    surface,
    [
      road.at(from - 0.2, out, top - 0.15),
      road.at(to + 0.2, out, top - 0.15),
      road.at(to + 0.2, middle, ridge),
      road.at(from - 0.2, middle, ridge),
    ],
    [
      [0, 0],
      [to - from, 0],
      [to - from, slope],
      [0, slope],
    ],
  );
  const gable = stage.surface(facade, BUILDING, tinted(pick(random, city.walls), 0.95), {
    detail: [3, 99, 0, 0, 0, 99, 0],
  });
  for (const s of [from, to]) {
    mesh.triangle(
      gable,
      road.at(s, t0, top),
      road.at(s, t1, top),
      road.at(s, middle, ridge),
      [0, 1],
      [DEPTH, 1],
      [DEPTH / 2, 4],
    );
  }
  if (random() < 0.7) {
    const chimney = stage.surface(tiles, BUILDING, srgb(120, 76, 62));
    const s = between(random, from + 1, to - 1);
    const place = road.place(s, middle);
    for (const [x0, x1, y] of [
      [-0.4, 0.4, -0.5],
      [-0.4, 0.4, 0.5],
    ]) {
      mesh.quad(chimney, [
        place(x0, y, ridge - 1),
        place(x1, y, ridge - 1),
        place(x1, y, ridge + 0.9),
        place(x0, y, ridge + 0.9),
      ]);
    }
  }
}

/** A hoarding on a wall with a car on it: the colours of a car, the depth and class of a house. */
function addPoster(stage: Stage, s: number, t: number): void {
  const { mesh, road, random } = stage;
  const colour = pick(random, [srgb(150, 20, 20), srgb(30, 60, 130), srgb(200, 200, 205)]);
  const surface = stage.surface(poster, BUILDING, colour, { second: srgb(170, 190, 205) });
  const [w, z0, z1] = [2.4, 1.2, 3.2];
  mesh.quad(
    surface,
    [road.at(s - w, t, z0), road.at(s + w, t, z0), road.at(s + w, t, z1), road.at(s - w, t, z1)],
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ],
  );
}

/** Houses that close the view at the end of the road. */
function addBackdrop(stage: Stage): void {
  const { random, city, road, mesh } = stage;
  for (let t = -90; t < 90;) {
    const width = between(random, 10, 24);
    const top = (3 + random() * city.storeys[1]) * city.storey;
    const surface = stage.surface(facade, BUILDING, tinted(pick(random, city.walls), 0.9), {
      second: pick(random, city.trims),
      detail: facadeDetail({
        storey: city.storey,
        bay: 3,
        windowWidth: 1.4,
        windowHeight: 1.7,
        shop: 0,
        top,
        brick: 0,
      }),
    });
    const s = road.length + between(random, -8, 10);
    const at = (x: number, z: number) => road.at(s, x, z);
    mesh.quad(
      surface,
      [at(t, 0), at(t + width, 0), at(t + width, top), at(t, top)],
      [
        [0, 0],
        [width, 0],
        [width, top],
        [0, top],
      ],
    );
    t += width + (random() < 0.4 ? between(random, 2, 14) : 0);
  }
}
