import { randomStream, type Draw } from '@scene-mtl/data';
import { labelNamed } from '@scene-mtl/data/cityscapes';
import type { Place } from '../geometry/shapes.ts';
import { lump, tube } from '../geometry/shapes.ts';
import { srgb, tinted, type Surface } from '../geometry/surface.ts';
import { bark, leaves } from '../materials/things.ts';
import type { MeshBuilder, Point } from '../geometry/mesh.ts';
import { between, pick, type Stage } from './stage.ts';

const VEGETATION = labelNamed('vegetation').id;

/**
 * A tree: trunk, limbs, a crown of lumps, and loose leaf clusters that make its outline ragged.
 * @param distance from the camera, metres: far trees get fewer faces
 */
export function addTree(stage: Stage, place: Place, height: number, distance: number): void {
  const { mesh, city } = stage;
  // A stream of its own: how finely a tree is drawn must not move what comes after it.
  const random = randomStream('tree', stage.random());
  if (!inSight(place(0, 0, 0), height)) return;
  const trunkColour = pick(random, [srgb(82, 70, 58), srgb(104, 96, 86), srgb(66, 58, 50)]);
  const trunk = stage.surface(bark, VEGETATION, trunkColour);
  const clear = height * between(random, 0.28, 0.4);
  const girth = 0.06 + height * 0.018;
  const sides = distance < 25 ? 7 : 4;
  const lean = between(random, -0.3, 0.3);
  const fork: Point = [lean * 0.3, lean, clear];
  tube(mesh, place, trunk, [0, 0, 0], fork, [girth * 1.25, girth], sides);
  const hue = tinted(city.leaf, between(random, 0.75, 1.25));
  const radius = height * between(random, 0.24, 0.36);
  const middle = clear + (height - clear) * 0.48;
  const centre = place(lean * 0.3, lean, middle);
  const crown = stage.surface(leaves, VEGETATION, hue, {
    second: tinted(hue, 1.7),
    centre: [centre[0], centre[1], centre[2] - radius * 0.4],
  });
  const lobes = distance < 45 ? 7 : distance < 90 ? 4 : 3;
  for (let k = 0; k < lobes; k++) {
    const turn = (2 * Math.PI * (k + random())) / lobes;
    const spread = radius * (k === 0 ? 0 : between(random, 0.35, 0.75));
    const at: Point = [
      lean * 0.3 + spread * Math.cos(turn),
      lean + spread * Math.sin(turn),
      middle + (height - clear) * between(random, -0.28, 0.24),
    ];
    const size = radius * between(random, 0.5, 0.78);
    if (distance < 45) {
      tube(mesh, place, trunk, fork, at, [girth * 0.6, girth * 0.2], 4);
    }
    const seed = Math.floor(random() * 2 ** 20);
    lump(mesh, place, crown, at, [size, size, size * between(random, 0.75, 1.05)], {
      rings: distance < 30 ? 6 : distance < 60 ? 4 : 3,
      roughness: 0.3,
      seed,
    });
    scatter(mesh, random, place, crown, at, size, distance);
  }
  stage.stand(place, girth * 3, girth * 3, 0.5);
}

/** Leaf clusters around a lump: small quads at random angles. */
function scatter(
  mesh: MeshBuilder,
  random: Draw,
  place: Place,
  surface: Surface,
  [x, y, z]: Point,
  size: number,
  distance: number,
): void {
  const count = distance < 20 ? 60 : distance < 45 ? 22 : distance < 80 ? 6 : 0;
  const leaf = distance < 20 ? 0.17 : distance < 45 ? 0.27 : 0.45;
  for (let k = 0; k < count; k++) {
    const up = between(random, -1, 1);
    const turn = 2 * Math.PI * random();
    const flat = Math.sqrt(1 - up * up);
    const out = size * between(random, 0.85, 1.3);
    const [cx, cy, cz] = [
      x + out * flat * Math.cos(turn),
      y + out * flat * Math.sin(turn),
      z + out * up * 0.95,
    ];
    const [a, b] = [2 * Math.PI * random(), 2 * Math.PI * random()];
    const r = leaf * between(random, 0.6, 1.5);
    const [ux, uy, uz] = [
      r * Math.cos(a),
      r * Math.sin(a) * Math.cos(b),
      r * Math.sin(a) * Math.sin(b),
    ];
    const [wx, wy, wz] = [
      -r * Math.sin(a),
      r * Math.cos(a) * Math.cos(b),
      r * Math.cos(a) * Math.sin(b),
    ];
    mesh.quad(surface, [
      place(cx + ux, cy + uy, cz + uz),
      place(cx + wx, cy + wy, cz + wz),
      place(cx - ux, cy - uy, cz - uz),
      place(cx - wx, cy - wy, cz - wz),
    ]);
  }
}

/**
 * False for what neither shows nor throws a shadow into the picture: beside or behind the camera.
 * Its view is about 27° to each side.
 */
export function inSight([x, y]: Point, reach: number): boolean {
  return x > -reach && Math.abs(y) < 0.55 * Math.max(0, x) + 8 + 2 * reach;
}

/** A bush or a piece of hedge. */
export function addBush(stage: Stage, place: Place, [length, width, height]: Point): void {
  const { mesh, random, city } = stage;
  const hue = tinted(city.leaf, between(random, 0.7, 1.2));
  const [x, y] = place(0, 0, 0);
  if (!inSight([x, y, 0], 4)) return;
  const surface = stage.surface(leaves, VEGETATION, hue, { second: tinted(hue, 1.5) });
  lump(mesh, place, surface, [0, 0, height * 0.45], [length / 2, width / 2, height * 0.55], {
    rings: x < 25 ? 5 : 3,
    roughness: 0.25,
    seed: Math.floor(random() * 2 ** 20),
  });
}
