import type { Mesh } from '../geometry/mesh.ts';
import type { Hit, Reflectance, Surface } from '../geometry/surface.ts';
import type { View } from './camera.ts';
import { contactAt, type ContactMap } from './contact.ts';
import { PLANE_STRIDE, type Visibility } from './rasterise.ts';
import { sunlightAt, type ShadowMap } from './shadow.ts';
import { skyColour, type Weather } from './weather.ts';

/** What lights a frame. */
export interface Lighting {
  readonly weather: Weather;
  readonly shadows: ShadowMap;
  readonly contact: ContactMap;
}

/** A frame being shaded, handed from function to function for the reason given at `Drawing`. */
interface Shading extends Visibility, Lighting {
  readonly mesh: Mesh;
  /** Facets' normals `[T, 3]`. */
  readonly normals: Float32Array;
  readonly axes: Float64Array;
  /** Height of the camera, metres. */
  readonly cameraHeight: number;
  /** Slope of a sample's ray to the left and up, per metre of depth. */
  readonly leftOf: Float64Array;
  readonly upOf: Float64Array;
  readonly hit: Hit;
  readonly out: Reflectance;
  /** Light of the sample just shaded, and of the sky it mirrors. */
  readonly light: Float64Array;
  readonly sky: Float64Array;
}

/**
 * Colour of every pixel: the mean over its samples, each shaded once at its nearest surface.
 *
 *     L = ρ (E_sky (½ + ½ n_z) + E_sun max(0, n · s) · lit) + gloss · sky(reflected ray)
 *     seen = L t + horizon (1 − t),   t = e^(−Z / Z0)      haze (Koschmieder)
 *
 * @param hidden `u8 [H, W]`: 1 where something else is painted over all of the pixel; left dark
 * @returns linear light `[H, W, 3]`
 */
export function shade(
  visibility: Visibility,
  mesh: Mesh,
  { camera, size, axes }: View,
  lighting: Lighting,
  hidden: Uint8Array = new Uint8Array(size.height * size.width),
): Float32Array {
  const { perSide, width, height } = visibility;
  const light = new Float64Array(3);
  const hit = emptyHit(mesh.surfaces[0]);
  const shading: Shading = {
    ...visibility,
    ...lighting,
    mesh,
    normals: facetNormals(mesh),
    axes,
    cameraHeight: camera.z,
    leftOf: slopes(width, perSide, camera.u0, camera.fx),
    upOf: slopes(height, perSide, camera.v0, camera.fy),
    hit,
    out: { r: 0, g: 0, b: 0, gloss: 0, glow: 0 },
    light,
    sky: new Float64Array(3),
  };
  const perFocal = 1 / (camera.fx * perSide);
  const result = new Float32Array(size.height * size.width * 3);
  for (let pixelRow = 0, p = 0; pixelRow < size.height; pixelRow++) {
    for (let pixelColumn = 0; pixelColumn < size.width; pixelColumn++, p += 3) {
      if (hidden[p / 3]) continue;
      // One surface all over: three samples, none in the same row or column, do for nine.
      const sparse = perSide === 3 && isUniform(shading, pixelRow, pixelColumn);
      const weight = sparse ? 1 / 3 : 1 / perSide ** 2;
      hit.footprint = (sparse ? 1.7 : 1) * perFocal;
      for (let y = 0; y < perSide; y++) {
        for (let x = 0; x < perSide; x++) {
          if (sparse && x !== (2 * y + 1) % 3) continue;
          sample(shading, pixelRow * perSide + y, pixelColumn * perSide + x);
          result[p] += light[0] * weight;
          result[p + 1] += light[1] * weight;
          result[p + 2] += light[2] * weight;
        }
      }
    }
  }
  return result;
}

function isUniform(shading: Shading, pixelRow: number, pixelColumn: number): boolean {
  const { perSide, width, drawn } = shading;
  const start = pixelRow * perSide * width + pixelColumn * perSide;
  const first = drawn[start];
  const surface = surfaceOf(shading, first);
  for (let y = 0; y < perSide; y++) {
    for (let i = start + y * width, end = i + perSide; i < end; i++) {
      if (drawn[i] !== first && surfaceOf(shading, drawn[i]) !== surface) return false;
    }
  }
  return true;
}

function surfaceOf({ mesh, triangleOf }: Shading, id: number): number {
  return id < 0 ? -1 : mesh.surfaceOf[triangleOf[id]];
}

/** Light of one sample, into `light`. `hit.footprint` holds its size at 1 m. */
function sample(shading: Shading, row: number, column: number): void {
  const { weather, mesh, normals, axes, hit, out, light, planes } = shading;
  const up = shading.upOf[row];
  const left = shading.leftOf[column];
  // Ray with unit depth along the optical axis.
  const dx = axes[0] + axes[3] * left + axes[6] * up;
  const dy = axes[1] + axes[4] * left + axes[7] * up;
  const dz = axes[2] + axes[5] * left + axes[8] * up;
  const i = row * shading.width + column;
  const id = shading.drawn[i];
  if (id < 0) {
    const length = Math.sqrt(dx * dx + dy * dy + dz * dz);
    skyColour(weather, dx / length, dy / length, dz / length, true, light);
    return;
  }
  const z = 1 / shading.inverseDepth[i];
  const at = id * PLANE_STRIDE;
  const triangle = shading.triangleOf[id];
  const perMetre = hit.footprint;
  hit.surface = mesh.surfaces[mesh.surfaceOf[triangle]];
  hit.u = (planes[at + 3] * column + planes[at + 4] * row + planes[at + 5]) * z;
  hit.v = (planes[at + 6] * column + planes[at + 7] * row + planes[at + 8]) * z;
  hit.x = dx * z;
  hit.y = dy * z;
  hit.z = shading.cameraHeight + dz * z;
  hit.distance = z;
  hit.footprint = z * perMetre;
  setNormal(hit, normals, triangle, dx, dy, dz);
  out.gloss = 0;
  out.glow = 0;
  hit.surface.material(hit, out);
  lightHit(shading, dx, dy, dz);
  hit.footprint = perMetre;
}

function lightHit(shading: Shading, dx: number, dy: number, dz: number): void {
  const { weather, hit, out, light, sky } = shading;
  const { sun, sunLight, skyLight, horizon } = weather;
  const { nx, ny, nz, x, y, z } = hit;
  const open = (0.5 + 0.5 * nz) * (z < 0.4 && nz > 0.5 ? contactAt(shading.contact, x, y) : 1);
  // What the street below sends back up.
  const bounce = 0.16 * (0.5 - 0.5 * nz);
  const facing = Math.max(0, nx * sun[0] + ny * sun[1] + nz * sun[2]);
  const lit =
    facing > 0
      ? facing * sunlightAt(shading.shadows, x + 0.05 * nx, y + 0.05 * ny, z + 0.05 * nz)
      : 0;
  const haze = Math.exp(-hit.distance / weather.haze);
  let shine = 0;
  if (out.gloss > 0) {
    const length = Math.sqrt(dx * dx + dy * dy + dz * dz);
    const along = (2 * (dx * nx + dy * ny + dz * nz)) / length;
    const rx = dx / length - along * nx;
    const ry = dy / length - along * ny;
    const rz = dz / length - along * nz;
    const grazing = 1 + along / 2;
    const squared = grazing * grazing;
    // Grazing rays mirror more, by the fifth power (Schlick 1994); `** 5` is the slow general power.
    const fresnel = out.gloss + (1 - out.gloss) * out.gloss * squared * squared * grazing;
    skyColour(weather, rx, ry, Math.abs(rz), false, sky);
    // Below the horizon a mirror shows the street, not the sky.
    shine = fresnel * (rz > 0 ? 1 : 0.25);
  }
  const fromSky = open + bounce;
  const fromSun = lit + 0.35 * bounce;
  const glow = 2 * out.glow;
  const air = 0.92 * (1 - haze);
  for (let k = 0; k < 3; k++) {
    const rho = k === 0 ? out.r : k === 1 ? out.g : out.b;
    const seen = rho * (skyLight[k] * fromSky + sunLight[k] * fromSun + glow) + shine * sky[k];
    light[k] = seen * haze + horizon[k] * air;
  }
}

function slopes(samples: number, perSide: number, centre: number, focal: number): Float64Array {
  return Float64Array.from(
    { length: samples },
    (_, i) => (centre - ((i + 0.5) / perSide - 0.5)) / focal,
  );
}

/** Unit normals of the facets, `[T, 3]`. */
function facetNormals({ positions: p, surfaceOf }: Mesh): Float32Array {
  const normals = new Float32Array(surfaceOf.length * 3);
  for (let t = 0; t < surfaceOf.length; t++) {
    const i = t * 9;
    const ax = p[i + 3] - p[i];
    const ay = p[i + 4] - p[i + 1];
    const az = p[i + 5] - p[i + 2];
    const bx = p[i + 6] - p[i];
    const by = p[i + 7] - p[i + 1];
    const bz = p[i + 8] - p[i + 2];
    const x = ay * bz - az * by;
    const y = az * bx - ax * bz;
    const z = ax * by - ay * bx;
    const length = Math.sqrt(x * x + y * y + z * z) || 1;
    normals[t * 3] = x / length;
    normals[t * 3 + 1] = y / length;
    normals[t * 3 + 2] = z / length;
  }
  return normals;
}

function setNormal(
  hit: Hit,
  normals: Float32Array,
  triangle: number,
  dx: number,
  dy: number,
  dz: number,
): void {
  const { centre } = hit.surface;
  if (centre !== undefined) {
    const x = hit.x - centre[0];
    const y = hit.y - centre[1];
    const z = hit.z - centre[2];
    const length = Math.sqrt(x * x + y * y + z * z) || 1;
    hit.nx = x / length;
    hit.ny = y / length;
    hit.nz = z / length;
    return;
  }
  const n = triangle * 3;
  const side = normals[n] * dx + normals[n + 1] * dy + normals[n + 2] * dz > 0 ? -1 : 1;
  hit.nx = side * normals[n];
  hit.ny = side * normals[n + 1];
  hit.nz = side * normals[n + 2];
}

function emptyHit(surface: Surface): Hit {
  return { u: 0, v: 0, x: 0, y: 0, z: 0, nx: 0, ny: 0, nz: 1, distance: 0, footprint: 0, surface };
}
