import { labelNamed } from '@scene-mtl/data/cityscapes';
import type { Point } from '../geometry/mesh.ts';
import { disc, lump, tube, type Place } from '../geometry/shapes.ts';
import { srgb, tinted, type Surface } from '../geometry/surface.ts';
import { lacquer, lamp, matte, spokes, wheel } from '../materials/things.ts';
import { PAINTS } from './cars.ts';
import { addHead, outfit } from './people.ts';
import { between, pick, type Stage } from './stage.ts';

const RIDER = labelNamed('rider').id;
const BICYCLE = labelNamed('bicycle').id;
const MOTORCYCLE = labelNamed('motorcycle').id;

/** A bicycle, with its rider or leaning alone. */
export function addBicycle(
  stage: Stage,
  place: Place,
  distance: number,
  options: { ridden: boolean; group?: number },
): void {
  const { mesh, random } = stage;
  const thing = options.group ?? stage.thing(BICYCLE);
  const frame = stage.surface(lacquer, BICYCLE, pick(random, PAINTS), { thing });
  const dark = stage.surface(matte, BICYCLE, srgb(20, 20, 22), { thing });
  const tyre = stage.surface(spokes, BICYCLE, srgb(30, 30, 30), {
    thing,
    second: tinted(stage.city.asphalt, 0.75),
  });
  const r = 0.34;
  // Thin tubes vanish at a distance; a little more thickness stands for what annotators draw.
  const t = 0.02 + Math.min(0.03, distance * 0.001);
  const bar = (a: Point, b: Point, s: Surface = frame) => tube(mesh, place, s, a, b, [t, t], 4);
  for (const x of [-0.52, 0.52]) {
    disc(mesh, place, tyre, [x, -0.012, r], r, 12);
    disc(mesh, place, tyre, [x, 0.012, r], r, 12);
    tube(mesh, place, dark, [x, -0.02, r], [x, 0.02, r], [r, r], 12);
  }
  const [saddle, pedals, head, hub]: Point[] = [
    [-0.18, 0, 0.86],
    [-0.06, 0, 0.3],
    [0.36, 0, 0.84],
    [-0.52, 0, r],
  ];
  bar(pedals, saddle);
  bar(pedals, head);
  bar(saddle, head);
  bar(hub, pedals);
  bar(hub, saddle);
  bar([0.52, 0, r], [0.33, 0, 1]);
  bar([0.36, -0.27, 1.04], [0.36, 0.27, 1.04], dark);
  bar([-0.3, 0, 0.92], [-0.08, 0, 0.9], dark);
  stage.stand(place, 1.6, 0.25, 0.4);
  if (options.ridden)
    addRider(stage, place, distance, { seat: saddle, bars: [0.36, 0.24, 1.06], pedal: pedals });
}

/** A motorcycle or scooter, with its rider or parked. */
export function addMotorcycle(
  stage: Stage,
  place: Place,
  distance: number,
  options: { ridden: boolean },
): void {
  const { mesh, random } = stage;
  const thing = stage.thing(MOTORCYCLE);
  const paint = stage.surface(lacquer, MOTORCYCLE, pick(random, PAINTS), { thing, detail: [0.12] });
  const dark = stage.surface(matte, MOTORCYCLE, srgb(22, 22, 24), { thing });
  const rim = stage.surface(wheel, MOTORCYCLE, srgb(90, 92, 96), { thing });
  const light = stage.surface(lamp, MOTORCYCLE, srgb(230, 230, 220), { thing, detail: [0.4] });
  for (const x of [-0.66, 0.68]) {
    for (const y of [-0.07, 0.07]) disc(mesh, place, rim, [x, y, 0.31], 0.31, 12);
    tube(mesh, place, dark, [x, -0.07, 0.31], [x, 0.07, 0.31], [0.31, 0.31], 12);
  }
  const body = (at: Point, radii: Point, s: Surface) =>
    lump(mesh, place, s, at, radii, { rings: 4, roughness: 0.04, seed: 3 });
  body([-0.02, 0, 0.48], [0.42, 0.16, 0.24], dark);
  body([0.18, 0, 0.78], [0.34, 0.17, 0.16], paint);
  body([-0.5, 0, 0.74], [0.36, 0.14, 0.12], paint);
  body([-0.25, 0, 0.86], [0.34, 0.15, 0.06], dark);
  tube(mesh, place, dark, [0.68, 0, 0.31], [0.5, 0, 1], [0.05, 0.05], 4);
  tube(mesh, place, dark, [0.46, -0.36, 1.04], [0.46, 0.36, 1.04], [0.03, 0.03], 4);
  body([0.62, 0, 0.9], [0.08, 0.1, 0.1], light);
  stage.stand(place, 1.9, 0.5, 0.6);
  if (options.ridden) {
    addRider(stage, place, distance, {
      seat: [-0.25, 0, 0.88],
      bars: [0.44, 0.32, 1.06],
      pedal: [-0.02, 0, 0.32],
    });
  }
}

/** Someone sitting on a two-wheeler: an object of its own above it. */
function addRider(
  stage: Stage,
  place: Place,
  distance: number,
  at: { seat: Point; bars: Point; pedal: Point },
): void {
  const { mesh, random } = stage;
  const wear = outfit(stage, RIDER, stage.thing(RIDER));
  const lean = between(random, 0.1, 0.3);
  const hip: Point = [at.seat[0], 0, at.seat[2] + 0.08];
  const neck: Point = [hip[0] + lean, 0, hip[2] + 0.56];
  const sides = distance < 20 ? 6 : 4;
  tube(mesh, place, wear.top, hip, [hip[0] + lean * 0.6, 0, hip[2] + 0.32], [0.15, 0.17], 7);
  tube(mesh, place, wear.top, [hip[0] + lean * 0.6, 0, hip[2] + 0.32], neck, [0.18, 0.08], 7);
  for (const y of [-1, 1]) {
    const phase = y > 0 ? 0.14 : -0.12;
    const foot: Point = [at.pedal[0] + phase * 0.6, y * 0.12, at.pedal[2] + phase];
    const knee: Point = [hip[0] + 0.36, y * 0.13, (hip[2] + foot[2]) / 2 + 0.14];
    tube(mesh, place, wear.legs, [hip[0], y * 0.09, hip[2]], knee, [0.09, 0.07], sides);
    tube(mesh, place, wear.legs, knee, foot, [0.065, 0.045], sides);
    tube(
      mesh,
      place,
      wear.shoes,
      foot,
      [foot[0] + 0.15, foot[1], foot[2] - 0.02],
      [0.045, 0.035],
      4,
    );
    const shoulder: Point = [neck[0] - 0.03, y * 0.17, neck[2] - 0.04];
    const elbow: Point = [
      (shoulder[0] + at.bars[0]) / 2 - 0.02,
      y * 0.24,
      (shoulder[2] + at.bars[2]) / 2 - 0.05,
    ];
    tube(mesh, place, wear.top, shoulder, elbow, [0.06, 0.05], sides);
    tube(
      mesh,
      place,
      wear.top,
      elbow,
      [at.bars[0], y * at.bars[1], at.bars[2]],
      [0.045, 0.035],
      sides,
    );
  }
  addHead(stage, place, wear, [neck[0] + 0.06, 0, neck[2] + 0.18], 1.8, distance);
}
