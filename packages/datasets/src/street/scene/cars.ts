import { labelNamed } from '@scene-mtl/data/cityscapes';
import { box, disc, tube, type Place, type Range } from '../geometry/shapes.ts';
import { srgb, tinted, type Colour, type Surface } from '../geometry/surface.ts';
import { glass, lacquer, lamp, matte, sideGlass, wheel } from '../materials/things.ts';
import { between, pick, type Stage } from './stage.ts';

const CAR = labelNamed('car').id;

/** Side view of a car in shares of its length (x, rear −½ … front ½) and height (z). */
interface Shape {
  readonly size: readonly [length: number, width: number, height: number];
  /** Belt line: rear, where the rear window, windscreen and bonnet begin, front. */
  readonly belt: readonly [x: number, z: number][];
  /** Roof: rear and front end. */
  readonly roof: Range;
}

const SHAPES: readonly Shape[] = [
  // Hatchback
  {
    size: [4.0, 1.74, 1.48],
    belt: [
      [-0.5, 0.56],
      [-0.47, 0.63],
      [0.2, 0.62],
      [0.46, 0.52],
      [0.5, 0.4],
    ],
    roof: [-0.4, 0.06],
  },
  // Saloon
  {
    size: [4.6, 1.8, 1.44],
    belt: [
      [-0.5, 0.55],
      [-0.47, 0.66],
      [-0.33, 0.66],
      [0.19, 0.63],
      [0.46, 0.54],
      [0.5, 0.4],
    ],
    roof: [-0.22, 0.05],
  },
  // Estate
  {
    size: [4.7, 1.82, 1.5],
    belt: [
      [-0.5, 0.55],
      [-0.48, 0.63],
      [0.2, 0.62],
      [0.47, 0.53],
      [0.5, 0.4],
    ],
    roof: [-0.44, 0.06],
  },
  // Off-roader
  {
    size: [4.5, 1.88, 1.72],
    belt: [
      [-0.5, 0.58],
      [-0.48, 0.62],
      [0.21, 0.61],
      [0.47, 0.55],
      [0.5, 0.42],
    ],
    roof: [-0.44, 0.1],
  },
  // Van
  {
    size: [4.9, 1.92, 1.95],
    belt: [
      [-0.5, 0.55],
      [-0.49, 0.56],
      [0.3, 0.55],
      [0.48, 0.46],
      [0.5, 0.36],
    ],
    roof: [-0.48, 0.22],
  },
];

/** Paints as on the road: mostly black, grey, silver and white, some coloured. */
export const PAINTS: readonly Colour[] = [
  srgb(18, 19, 22),
  srgb(30, 32, 36),
  srgb(64, 68, 74),
  srgb(96, 100, 104),
  srgb(140, 144, 148),
  srgb(172, 176, 178),
  srgb(205, 207, 208),
  srgb(222, 222, 220),
  srgb(24, 36, 66),
  srgb(40, 64, 110),
  srgb(120, 20, 22),
  srgb(150, 34, 26),
  srgb(44, 62, 44),
  srgb(132, 120, 96),
  srgb(96, 76, 60),
];

/** A car; its length and width in metres are returned for spacing. */
export function addCar(stage: Stage, place: Place, options: { group?: number } = {}): void {
  const { mesh, random } = stage;
  const shape = pick(random, SHAPES);
  const stretch = between(random, 0.94, 1.06);
  const [length, width, height] = shape.size.map((side) => side * stretch);
  const thing = options.group ?? stage.thing(CAR);
  const paint = tinted(pick(random, PAINTS), between(random, 0.85, 1.15));
  const dark = srgb(22, 24, 26);
  const body = stage.surface(lacquer, CAR, paint, { thing, detail: [0.08] });
  const trim = stage.surface(matte, CAR, dark, { thing });
  const window = stage.surface(glass, CAR, srgb(26, 30, 34), { thing });
  const floor = 0.2 * height * 0.7;
  const half = width / 2;
  const roofHalf = half * 0.76;
  const belt = shape.belt.map(([x, z]): Range => [x * length, z * height]);

  // Lower body: sides, and the skin over belt line from tail to nose.
  for (const side of [-1, 1]) {
    for (let k = 0; k + 1 < belt.length; k++) {
      const [xa, za] = belt[k];
      const [xb, zb] = belt[k + 1];
      const y = side * half;
      mesh.quad(body, [
        place(xa, y, floor),
        place(xb, y, floor),
        place(xb, y * 0.97, zb),
        place(xa, y * 0.97, za),
      ]);
    }
  }
  for (let k = 0; k + 1 < belt.length; k++) {
    const [xa, za] = belt[k];
    const [xb, zb] = belt[k + 1];
    const y = half * 0.97;
    mesh.quad(body, [place(xa, -y, za), place(xb, -y, zb), place(xb, y, zb), place(xa, y, za)]);
  }
  endPlates(stage, place, body, trim, thing, belt, half, floor, height);

  // Greenhouse: glass all round, paint on top.
  const rear = belt.length > 5 ? belt[2] : belt[1];
  const front = belt.length > 5 ? belt[3] : belt[2];
  const roofRear = shape.roof[0] * length;
  const roofFront = shape.roof[1] * length;
  const posts = [rear[0] + 0.06, (roofRear + roofFront) / 2 - 0.1, front[0] - 0.25];
  const side = stage.surface(sideGlass, CAR, srgb(20, 24, 28), {
    thing,
    second: paint,
    detail: posts,
  });
  for (const y of [-1, 1]) {
    mesh.quad(
      side,
      [
        place(rear[0], y * half * 0.95, rear[1]),
        place(front[0], y * half * 0.95, front[1]),
        place(roofFront, y * roofHalf, height),
        place(roofRear, y * roofHalf, height),
      ],
      [
        [rear[0], 0],
        [front[0], 0],
        [roofFront, 1],
        [roofRear, 1],
      ],
    );
  }
  const b = half * 0.93;
  mesh.quad(window, [
    place(rear[0], -b, rear[1]),
    place(rear[0], b, rear[1]),
    place(roofRear, roofHalf, height),
    place(roofRear, -roofHalf, height),
  ]);
  mesh.quad(window, [
    place(front[0], -b, front[1]),
    place(front[0], b, front[1]),
    place(roofFront, roofHalf, height),
    place(roofFront, -roofHalf, height),
  ]);
  mesh.quad(body, [
    place(roofRear, -roofHalf, height),
    place(roofFront, -roofHalf, height),
    place(roofFront, roofHalf, height),
    place(roofRear, roofHalf, height),
  ]);
  addWheels(stage, place, CAR, thing, [-0.3 * length, 0.31 * length], half, 0.31 * stretch);
  // Mirrors.
  for (const y of [-1, 1]) {
    const at = y * (half + 0.08);
    box(
      mesh,
      place,
      body,
      [front[0] - 0.3, front[0] - 0.15],
      [at - 0.08, at + 0.08],
      [front[1], front[1] + 0.14],
    );
  }
  stage.stand(place, length, width, 0.85);
}

/** Bumpers, lights, plates at both ends. */
function endPlates(
  stage: Stage,
  place: Place,
  body: Surface,
  trim: Surface,
  thing: number,
  belt: readonly Range[],
  half: number,
  floor: number,
  height: number,
): void {
  const { mesh, random } = stage;
  const braking = random() < 0.3 ? 0.6 : 0.05;
  const red = stage.surface(lamp, CAR, srgb(170, 12, 14), { thing, detail: [braking] });
  const white = stage.surface(lamp, CAR, srgb(225, 225, 215), {
    thing,
    detail: [random() < 0.4 ? 0.6 : 0.1],
  });
  const plate = stage.surface(lamp, CAR, srgb(220, 220, 210), { thing });
  const rear = belt[0];
  const front = belt[belt.length - 1];
  for (const [x, z, out, light] of [
    [rear[0], rear[1], -0.012, red],
    [front[0], front[1], 0.012, white],
  ] as const) {
    const face = (y0: number, y1: number, z0: number, z1: number, surface: Surface, lift: number) =>
      mesh.quad(surface, [
        place(x + lift, y0, z0),
        place(x + lift, y1, z0),
        place(x + lift, y1, z1),
        place(x + lift, y0, z1),
      ]);
    face(-half, half, floor, z, body, 0);
    face(-half * 0.98, half * 0.98, floor, floor + 0.13 * height, trim, out);
    const [low, high] = [z - 0.15 * height, z - 0.02 * height];
    face(-half * 0.97, -half * 0.62, low, high, light, out);
    face(half * 0.62, half * 0.97, low, high, light, out);
    if (out > 0) face(-half * 0.55, half * 0.55, low, high - 0.02, trim, out);
    face(-0.26, 0.26, floor + 0.14 * height, floor + 0.22 * height, plate, out * 1.5);
  }
}

/** Four wheels with dark arches. */
export function addWheels(
  stage: Stage,
  place: Place,
  label: number,
  thing: number,
  axles: readonly number[],
  half: number,
  radius: number,
): void {
  const { mesh } = stage;
  const arch = stage.surface(matte, label, srgb(12, 12, 13), { thing });
  const rim = stage.surface(wheel, label, srgb(120, 122, 126), { thing });
  for (const x of axles) {
    for (const y of [-1, 1]) {
      disc(mesh, place, arch, [x, y * (half + 0.006), radius * 1.05], radius * 1.18, 10);
      disc(mesh, place, rim, [x, y * (half + 0.016), radius], radius, 12);
      tube(
        mesh,
        place,
        arch,
        [x, y * (half - 0.2), radius],
        [x, y * half, radius],
        [radius, radius],
        8,
      );
    }
  }
}
