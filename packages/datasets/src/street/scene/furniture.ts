import { labelNamed } from '@scene-mtl/data/cityscapes';
import { box, disc, tube, within, type Place } from '../geometry/shapes.ts';
import { srgb, tinted } from '../geometry/surface.ts';
import { lamp, matte, metal, signPlate } from '../materials/things.ts';
import { freeWall, slats } from '../materials/walls.ts';
import { between, pick, type Stage } from './stage.ts';

const POLE = labelNamed('pole').id;
const LIGHT = labelNamed('traffic light').id;
const SIGN = labelNamed('traffic sign').id;
const STATIC = labelNamed('static').id;
const WALL = labelNamed('wall').id;
const FENCE = labelNamed('fence').id;

const METALS = [srgb(120, 124, 126), srgb(92, 96, 96), srgb(66, 74, 70), srgb(146, 148, 148)];

function pole(stage: Stage, place: Place, height: number, radius: number): void {
  const surface = stage.surface(metal, POLE, pick(stage.random, METALS));
  tube(stage.mesh, place, surface, [0, 0, 0], [0, 0, height], [radius * 1.2, radius], 6);
  stage.stand(place, 0.2, 0.2, 0.5);
}

/** A street lamp with an arm over the road (its place looks along the road, `sign` to the middle). */
export function addStreetLamp(stage: Stage, place: Place, sign: number): void {
  const { mesh, random } = stage;
  const height = between(random, 5, 9);
  pole(stage, place, height, 0.06);
  const arm = stage.surface(metal, POLE, pick(random, METALS));
  const reach = between(random, 0.6, 2);
  tube(mesh, place, arm, [0, 0, height], [0, sign * reach, height + 0.4], [0.05, 0.04], 4);
  const head = stage.surface(lamp, STATIC, srgb(170, 172, 170));
  const end = within(place, [0, sign * reach, height + 0.35]);
  box(mesh, end, head, [-0.16, 0.16], [-0.35, 0.35], [0, 0.14]);
}

/** A traffic sign on its pole, or only its back. */
export function addSign(stage: Stage, place: Place): void {
  const { mesh, random } = stage;
  const height = between(random, 2.1, 2.9);
  pole(stage, place, height + 0.3, 0.032);
  const facing = random() < 0.72;
  const kind = facing ? pick(random, [0, 0, 1, 1, 2, 3]) : 5;
  const surface = stage.surface(signPlate, SIGN, srgb(30, 70, 140), { detail: [kind] });
  const front: Place = (x, y, z) => place(-0.07 + y, x, z);
  const at = (x: number, z: number) => front(x, 0, height + z);
  const size = between(random, 0.26, 0.36);
  const corners = (points: readonly (readonly [number, number])[]) =>
    points.map(([x, z]) => [at(x * size, z * size), [x, z]] as const);
  if (kind === 0) {
    disc(mesh, front, surface, [0, 0, height], size, 14);
  } else {
    const shape: readonly (readonly [number, number])[] =
      kind === 2
        ? [
            [-1, -0.55],
            [1, -0.55],
            [0, 1],
            [0, 1],
          ]
        : kind === 3
          ? [
              [0, -1],
              [1, 0],
              [0, 1],
              [-1, 0],
            ]
          : [
              [-1, -1],
              [1, -1],
              [1, 1],
              [-1, 1],
            ];
    const [a, b, c, d] = corners(shape);
    mesh.quad(surface, [a[0], b[0], c[0], d[0]], [a[1], b[1], c[1], d[1]]);
  }
  if (random() < 0.25) {
    const extra = stage.surface(signPlate, SIGN, srgb(225, 225, 222), { detail: [4] });
    const y = -1.4 * size;
    mesh.quad(
      extra,
      [at(-size, y - 0.2), at(size, y - 0.2), at(size, y + 0.12), at(-size, y + 0.12)],
      [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ],
    );
  }
}

/** A large sign with place names on two posts. */
export function addDirectionSign(stage: Stage, place: Place): void {
  const { mesh, random } = stage;
  const [half, low] = [between(random, 0.8, 1.5), between(random, 1.6, 2.4)];
  const high = low + between(random, 0.9, 1.5);
  for (const y of [-half * 0.7, half * 0.7]) pole(stage, within(place, [0, y, 0]), high, 0.05);
  const colour = pick(random, [srgb(30, 70, 140), srgb(220, 180, 40), srgb(220, 220, 216)]);
  const surface = stage.surface(signPlate, SIGN, colour, { detail: [4] });
  mesh.quad(
    surface,
    [
      place(-0.08, half, low),
      place(-0.08, -half, low),
      place(-0.08, -half, high),
      place(-0.08, half, high),
    ],
    [
      [-2, -1],
      [2, -1],
      [2, 1],
      [-2, 1],
    ],
  );
}

/** A traffic light; sometimes a second head hangs over the road (`sign` to the middle). */
export function addTrafficLight(stage: Stage, place: Place, sign: number, facing: boolean): void {
  const { mesh, random } = stage;
  const arm = random() < 0.4;
  const height = arm ? 5.4 : between(random, 3, 3.5);
  pole(stage, place, height, 0.07);
  const shown = pick(random, [0, 2, 2]);
  const housing = stage.surface(matte, LIGHT, srgb(20, 22, 22));
  const colours = [srgb(220, 30, 20), srgb(230, 150, 20), srgb(30, 190, 110)];
  const head = (y: number, z: number) => {
    const at = within(place, [-0.15, y, z]);
    box(mesh, at, housing, [-0.1, 0.1], [-0.17, 0.17], [-1, 0]);
    if (!facing) return;
    const front: Place = (x, depth, up) => at(-0.11 + depth, x, up);
    colours.forEach((colour, k) => {
      const on = k === shown;
      const surface = stage.surface(lamp, LIGHT, tinted(colour, on ? 1 : 0.12), {
        detail: [on ? 1 : 0],
      });
      disc(mesh, front, surface, [0, 0, -0.2 - 0.3 * k], 0.12, 8);
    });
  };
  head(0, Math.min(height, 3.4));
  if (arm) {
    const bar = stage.surface(metal, POLE, pick(random, METALS));
    const reach = sign * between(random, 3, 4.5);
    tube(mesh, place, bar, [0, 0, height - 0.1], [0, reach, height + 0.15], [0.06, 0.05], 5);
    head(reach, height + 0.2);
  }
}

/** A bollard. */
export function addBollard(stage: Stage, place: Place): void {
  pole(stage, place, between(stage.random, 0.7, 1.05), 0.07);
}

/** A litter bin or a switch box: void in the classes. */
export function addBin(stage: Stage, place: Place): void {
  const { mesh, random } = stage;
  const colour = pick(random, [
    srgb(60, 80, 66),
    srgb(120, 122, 120),
    srgb(70, 74, 80),
    srgb(130, 90, 40),
  ]);
  const surface = stage.surface(matte, STATIC, colour);
  const half = between(random, 0.22, 0.45);
  box(
    mesh,
    place,
    surface,
    [-half, half],
    [-half * 0.8, half * 0.8],
    [0.12, between(random, 0.8, 1.4)],
  );
  stage.stand(place, 2 * half, 2 * half, 0.6);
}

/** A wall or a fence along the road from `from` to `to` at `t`, metres. */
export function addBarrier(
  stage: Stage,
  kind: 'wall' | 'fence',
  from: number,
  to: number,
  t: number,
): void {
  const { mesh, road, random, city } = stage;
  const wall = kind === 'wall';
  const top = wall ? between(random, 1.2, 2.8) : between(random, 0.9, 1.7);
  const colour = wall
    ? tinted(pick(random, city.walls), between(random, 0.7, 1))
    : pick(random, [srgb(110, 88, 64), srgb(84, 88, 86), srgb(150, 148, 140), srgb(60, 66, 58)]);
  const surface = wall
    ? stage.surface(freeWall, WALL, colour, {
        second: pick(random, [srgb(120, 40, 60), srgb(40, 80, 130), city.kerb]),
        detail: [random() < 0.4 ? 1 : 0, top, random() < 0.4 ? 1 : 0],
      })
    : stage.surface(slats, FENCE, colour, {
        detail: [between(random, 0.1, 0.25), between(random, 0.4, 0.8), top],
      });
  const thick = wall ? 0.15 : 0.03;
  const steps = Math.max(1, Math.ceil((to - from) / 6));
  for (let k = 0; k < steps; k++) {
    const a = from + ((to - from) * k) / steps;
    const b = from + ((to - from) * (k + 1)) / steps;
    const quad = (ta: number, za: number, tb: number, zb: number) =>
      mesh.quad(
        surface,
        [road.at(a, ta, za), road.at(b, ta, za), road.at(b, tb, zb), road.at(a, tb, zb)],
        [
          [a, za],
          [b, za],
          [b, zb],
          [a, zb],
        ],
      );
    quad(t - thick, 0, t - thick, top);
    quad(t + thick, 0, t + thick, top);
    quad(t - thick, top, t + thick, top);
  }
  const end = (s: number) =>
    mesh.quad(surface, [
      road.at(s, t - thick, 0),
      road.at(s, t + thick, 0),
      road.at(s, t + thick, top),
      road.at(s, t - thick, top),
    ]);
  end(from);
  end(to);
}
