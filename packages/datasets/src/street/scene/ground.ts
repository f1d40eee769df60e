import { labelNamed } from '@scene-mtl/data/cityscapes';
import type { Surface } from '../geometry/surface.ts';
import { tinted } from '../geometry/surface.ts';
import { asphalt, grass, kerb, paving, railTrack, roadDetail } from '../materials/ground.ts';
import { srgb } from '../geometry/surface.ts';
import type { RoadSide } from './road.ts';
import { between, pick, type Stage } from './stage.ts';

const ROAD = labelNamed('road').id;
const SIDEWALK = labelNamed('sidewalk').id;
const PARKING = labelNamed('parking').id;
const TERRAIN = labelNamed('terrain').id;
const RAILS = labelNamed('rail track').id;

const BEHIND = -4;
/** Height of the pavement over the road, metres. */
export const KERB_HEIGHT = 0.12;

/** The ground: road with marks, parking, kerb, pavement, front gardens, side streets. */
export function addGround(stage: Stage): void {
  const { road, city, random } = stage;
  const { left, right, lane } = road;
  const tone = between(random, 0.75, 1.15);
  const paintColour = srgb(205, 205, 200);
  const marks = roadDetail({
    lane,
    lanesLeft: left.lanes,
    lanesRight: right.lanes,
    solid: random() < 0.3 ? 1 : 0,
    wear: between(random, 0.1, 0.8),
    crossings: road.crossings.filter(() => random() < 0.5).map((c) => c.from - 4.5),
  });
  const surface = stage.surface(asphalt, ROAD, tinted(city.asphalt, tone), {
    second: paintColour,
    detail: marks,
  });
  strip(stage, surface, -right.edge, left.edge, 0, 0, BEHIND, road.length);
  const side = stage.surface(asphalt, ROAD, tinted(city.asphalt, tone * 0.96), {
    second: paintColour,
  });
  for (const c of road.crossings) {
    if (c.left) strip(stage, side, left.edge, 70, 0.004, 0.004, c.from, c.to);
    if (c.right) strip(stage, side, -70, -right.edge, 0.004, 0.004, c.from, c.to);
  }
  if (road.rails) {
    const track = stage.surface(
      railTrack,
      random() < 0.3 ? RAILS : ROAD,
      tinted(city.paving, 0.8),
      {
        second: srgb(150, 150, 155),
      },
    );
    for (const middle of [-lane / 2, lane / 2]) {
      strip(stage, track, middle - 1.2, middle + 1.2, 0.012, 0.012, BEHIND, road.length, middle);
    }
  }
  addSide(stage, left);
  addSide(stage, right);
}

function addSide(stage: Stage, side: RoadSide): void {
  const { city, random, road } = stage;
  const { sign, edge, parking, kerb: kerbAt, verge, walk, front } = side;
  const pavement = stage.surface(
    paving,
    SIDEWALK,
    tinted(city.paving, between(random, 0.85, 1.1)),
    {
      second: city.kerb,
      detail: [...city.slab, between(random, 0.2, 0.6)],
    },
  );
  const stone = stage.surface(kerb, SIDEWALK, city.kerb);
  const strips: [Surface, number, number, number, number][] = [];
  if (kerbAt > edge) {
    const marked = parking && random() < 0.2;
    const bay = marked
      ? stage.surface(paving, PARKING, tinted(city.paving, 0.8), { detail: [0.2, 0.2, 0.3] })
      : stage.surface(asphalt, ROAD, tinted(city.asphalt, 0.92));
    strips.push([bay, edge, kerbAt, 0, 0]);
  }
  strips.push([stone, kerbAt, kerbAt, 0, KERB_HEIGHT]);
  strips.push([stone, kerbAt, kerbAt + 0.15, KERB_HEIGHT, KERB_HEIGHT]);
  const lawn = kerbAt + 0.15 + verge;
  if (verge > 0) {
    const green = stage.surface(grass, TERRAIN, tinted(city.grass, between(random, 0.85, 1.1)), {
      second: city.earth,
      detail: [between(random, 0.2, 0.6)],
    });
    strips.push([green, kerbAt + 0.15, lawn, KERB_HEIGHT, KERB_HEIGHT]);
  }
  strips.push([pavement, lawn, walk, KERB_HEIGHT, KERB_HEIGHT]);
  const open = road.kind === 'edge' || road.kind === 'houses' || random() < 0.5;
  const garden = open
    ? stage.surface(grass, TERRAIN, tinted(city.grass, between(random, 0.8, 1.1)), {
        second: city.earth,
        detail: [between(random, 0.2, 0.7)],
      })
    : pavement;
  const outer = pick(random, [20, 30]);
  strips.push([garden, walk, front + outer, KERB_HEIGHT, KERB_HEIGHT]);
  const beyond = stage.surface(grass, TERRAIN, tinted(city.grass, 0.9), { second: city.earth });
  strips.push([beyond, front + outer, 110, KERB_HEIGHT, KERB_HEIGHT]);

  let from = BEHIND;
  const ends = road.crossings.filter((c) => (sign > 0 ? c.left : c.right));
  for (const end of [...ends, { from: road.length, to: road.length }]) {
    for (const [surface, t0, t1, z0, z1] of strips) {
      strip(stage, surface, sign * t0, sign * t1, z0, z1, from, end.from);
    }
    from = end.to;
  }
}

/** A strip along the road between t0 and t1, bent with it. `u` is s, `v` is t − `middle`. */
function strip(
  stage: Stage,
  surface: Surface,
  t0: number,
  t1: number,
  z0: number,
  z1: number,
  from: number,
  to: number,
  middle = 0,
): void {
  if (to <= from) return;
  const { mesh, road } = stage;
  for (let s = from; s < to;) {
    const next = Math.min(to, s + 3 + Math.max(0, s) * 0.08);
    // A vertical face has no width: its v is the height instead.
    const [v0, v1] = t0 === t1 ? [z0, z1] : [t0 - middle, t1 - middle];
    mesh.quad(
      surface,
      [road.at(s, t0, z0), road.at(next, t0, z0), road.at(next, t1, z1), road.at(s, t1, z1)],
      [
        [s, v0],
        [next, v0],
        [next, v1],
        [s, v1],
      ],
    );
    s = next;
  }
}
