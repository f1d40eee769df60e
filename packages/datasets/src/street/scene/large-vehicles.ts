import { labelNamed } from '@scene-mtl/data/cityscapes';
import { box, type Place, type Range } from '../geometry/shapes.ts';
import { srgb, tinted, type Colour } from '../geometry/surface.ts';
import { coachSide, glass, lacquer, lamp, matte } from '../materials/things.ts';
import { addWheels, PAINTS } from './cars.ts';
import { between, pick, type Stage } from './stage.ts';

const TRUCK = labelNamed('truck').id;
const BUS = labelNamed('bus').id;
const TRAIN = labelNamed('train').id;
const TRAILER = labelNamed('trailer').id;
const CARAVAN = labelNamed('caravan').id;

const FLEETS: readonly Colour[] = [
  srgb(190, 30, 30),
  srgb(215, 190, 60),
  srgb(60, 110, 70),
  srgb(40, 70, 130),
  srgb(210, 212, 214),
  srgb(150, 152, 156),
  srgb(200, 120, 40),
];

/** A lorry: cab and load. */
export function addTruck(stage: Stage, place: Place): number {
  const { mesh, random } = stage;
  const thing = stage.thing(TRUCK);
  const [length, half] = [between(random, 6.5, 11), 1.22];
  const top = between(random, 3, 3.8);
  const cab = stage.surface(lacquer, TRUCK, pick(random, [...PAINTS, ...FLEETS]), { thing });
  const load = stage.surface(
    matte,
    TRUCK,
    tinted(pick(random, [...FLEETS, srgb(225, 225, 222), srgb(170, 160, 140)]), 0.95),
    { thing },
  );
  const dark = stage.surface(matte, TRUCK, srgb(24, 25, 27), { thing });
  const window = stage.surface(glass, TRUCK, srgb(22, 26, 30), { thing });
  const red = stage.surface(lamp, TRUCK, srgb(160, 14, 14), { thing, detail: [0.15] });
  const front = length / 2;
  box(mesh, place, cab, [front - 2, front], [-half, half], [0.5, 2.7]);
  box(mesh, place, load, [-front, front - 2.1], [-half, half], [1, top]);
  box(mesh, place, dark, [-front, front - 1], [-half * 0.9, half * 0.9], [0.45, 1]);
  const face = (x: number, y: Range, z: Range, surface: typeof window) =>
    mesh.quad(surface, [
      place(x, y[0], z[0]),
      place(x, y[1], z[0]),
      place(x, y[1], z[1]),
      place(x, y[0], z[1]),
    ]);
  face(front + 0.01, [-half * 0.9, half * 0.9], [1.5, 2.4], window);
  face(front + 0.012, [-half, half], [0.5, 0.95], dark);
  for (const y of [-1, 1]) {
    face(-front - 0.012, [y * half * 0.7 - 0.2, y * half * 0.7 + 0.2], [0.8, 1], red);
    mesh.quad(window, [
      place(front - 1.3, y * (half + 0.01), 1.55),
      place(front - 0.3, y * (half + 0.01), 1.55),
      place(front - 0.2, y * (half + 0.01), 2.35),
      place(front - 1.3, y * (half + 0.01), 2.35),
    ]);
  }
  addWheels(stage, place, TRUCK, thing, [-front + 1.2, -front + 2.4, front - 1.3], half, 0.48);
  stage.stand(place, length, 2 * half, 0.85);
  return length;
}

/** A coach body with a band of windows: bus or tram. */
function addCoach(
  stage: Stage,
  place: Place,
  label: number,
  [length, half, top]: readonly [number, number, number],
  wheels: boolean,
): void {
  const { mesh, random } = stage;
  const thing = stage.thing(label);
  const colour = pick(random, FLEETS);
  const second = pick(random, FLEETS);
  const side = stage.surface(coachSide, label, colour, {
    thing,
    second,
    detail: [1.15, top - 0.65, between(random, 1.3, 1.9)],
  });
  const roof = stage.surface(lacquer, label, tinted(colour, 0.9), { thing });
  const window = stage.surface(glass, label, srgb(18, 22, 26), { thing });
  const light = stage.surface(lamp, label, srgb(200, 60, 40), { thing, detail: [0.2] });
  const sign = stage.surface(lamp, label, srgb(220, 150, 30), { thing, detail: [0.5] });
  const end = length / 2;
  box(mesh, place, side, [-end, end], [-half, half], [0.32, top], roof);
  for (const x of [-end - 0.01, end + 0.01]) {
    const face = (y0: number, y1: number, z0: number, z1: number, surface: typeof window) =>
      mesh.quad(surface, [place(x, y0, z0), place(x, y1, z0), place(x, y1, z1), place(x, y0, z1)]);
    face(-half * 0.9, half * 0.9, 1.1, top - 0.55, window);
    const out = x + Math.sign(x) * 0.005;
    for (const y of [-1, 1]) {
      mesh.quad(light, [
        place(out, y * half * 0.85 - 0.14, 0.6),
        place(out, y * half * 0.85 + 0.14, 0.6),
        place(out, y * half * 0.85 + 0.14, 0.85),
        place(out, y * half * 0.85 - 0.14, 0.85),
      ]);
    }
    mesh.quad(sign, [
      place(out, -half * 0.5, top - 0.45),
      place(out, half * 0.5, top - 0.45),
      place(out, half * 0.5, top - 0.2),
      place(out, -half * 0.5, top - 0.2),
    ]);
  }
  if (wheels) addWheels(stage, place, label, thing, [-end + 2.8, end - 2.6], half, 0.48);
  stage.stand(place, length, 2 * half, 0.85);
}

/** A bus of 10–12 m. */
export function addBus(stage: Stage, place: Place): number {
  const length = between(stage.random, 10, 12.5);
  addCoach(stage, place, BUS, [length, 1.25, 3.1], true);
  return length;
}

/** A tram of 20–30 m. */
export function addTram(stage: Stage, place: Place): number {
  const length = between(stage.random, 18, 28);
  addCoach(stage, place, TRAIN, [length, 1.2, 3.5], false);
  return length;
}

/** A parked trailer or caravan: counted in Cityscapes' files, ignored in training. */
export function addTrailer(stage: Stage, place: Place): void {
  const { mesh, random } = stage;
  const label = random() < 0.5 ? TRAILER : CARAVAN;
  const thing = stage.thing(label);
  const paint = label === CARAVAN ? srgb(222, 220, 212) : pick(random, PAINTS);
  const top = label === CARAVAN ? 2.4 : between(random, 1.1, 2);
  const body = stage.surface(lacquer, label, paint, { thing });
  box(mesh, place, body, [-1.9, 1.9], [-1, 1], [0.45, top]);
  addWheels(stage, place, label, thing, [0], 1, 0.32);
  stage.stand(place, 3.8, 2, 0.8);
}
