import type { Mesh } from '../geometry/mesh.ts';
import type { Weather } from './weather.ts';

/** Part of the world that is shadowed, metres. */
const REACH = { x0: -12, x1: 110, y0: -32, y1: 32 };
/** A hit this close behind a caster, metres, is the caster itself. */
const BIAS = 0.12;

/**
 * Shadow map (Williams 1978): for every cell of the ground, seen along the sun's rays, how high the
 * ray is first blocked. A point is in shadow when something above it on its ray is higher.
 */
export interface ShadowMap {
  /** Whether the sun casts shadows one could see; the rest is empty where not. */
  readonly casts: boolean;
  /** Size of a cell in metres. */
  readonly cell: number;
  readonly columns: number;
  readonly rows: number;
  /** How far a ray moves along x and y per metre of height. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Height in metres, `[rows, columns]`. */
  readonly highest: Float32Array;
}

/** A shadow map being drawn, with the corners of a triangle: columns, rows, metres of height. */
interface Draft extends ShadowMap {
  readonly gx: Float64Array;
  readonly gy: Float64Array;
  readonly gz: Float64Array;
}

/**
 * The shadow map of a mesh.
 * @param cell size of a cell in metres
 */
export function shadowMap(mesh: Mesh, weather: Weather, cell: number): ShadowMap {
  const { sun } = weather;
  const casts = weather.sunLight[0] >= 0.2 && sun[2] >= 0.05;
  const columns = Math.ceil((REACH.x1 - REACH.x0) / cell);
  const rows = Math.ceil((REACH.y1 - REACH.y0) / cell);
  const shiftX = sun[0] / sun[2];
  const shiftY = sun[1] / sun[2];
  const highest = new Float32Array(casts ? columns * rows : 0).fill(-1);
  const gx = new Float64Array(3);
  const gy = new Float64Array(3);
  const gz = new Float64Array(3);
  const map: Draft = { casts, cell, columns, rows, shiftX, shiftY, highest, gx, gy, gz };
  if (!casts) return map;
  for (let t = 0; t < mesh.surfaceOf.length; t++) {
    let low = true;
    for (let k = 0; k < 3; k++) {
      const p = t * 9 + k * 3;
      const z = mesh.positions[p + 2];
      // Sliding a point down its ray to the ground.
      gx[k] = (mesh.positions[p] - shiftX * z - REACH.x0) / cell - 0.5;
      gy[k] = (mesh.positions[p + 1] - shiftY * z - REACH.y0) / cell - 0.5;
      gz[k] = z;
      if (z > 0.25) low = false;
    }
    if (!low) fill(map);
  }
  return map;
}

/** Share of sunlight that reaches a point of the world, 0–1. */
export function sunlightAt(map: ShadowMap, x: number, y: number, z: number): number {
  if (!map.casts) return 1;
  const { cell, columns, rows, shiftX, shiftY, highest } = map;
  const u = (x - shiftX * z - REACH.x0) / cell - 0.5;
  const v = (y - shiftY * z - REACH.y0) / cell - 0.5;
  const i = Math.floor(u);
  const j = Math.floor(v);
  if (i < 0 || j < 0 || i + 1 >= columns || j + 1 >= rows) return 1;
  const fu = u - i;
  const fv = v - j;
  const at = j * columns + i;
  const blocked = z + BIAS;
  const a = highest[at] > blocked ? 0 : 1;
  const b = highest[at + 1] > blocked ? 0 : 1;
  const c = highest[at + columns] > blocked ? 0 : 1;
  const d = highest[at + columns + 1] > blocked ? 0 : 1;
  const near = a * (1 - fu) + b * fu;
  const far = c * (1 - fu) + d * fu;
  return near * (1 - fv) + far * fv;
}

/** Raises the cells that the triangle covers to its height. */
function fill({ columns, rows, highest, gx, gy, gz }: Draft): void {
  const area = (gx[1] - gx[0]) * (gy[2] - gy[0]) - (gx[2] - gx[0]) * (gy[1] - gy[0]);
  if (Math.abs(area) < 1e-9) return;
  const top = Math.max(0, Math.ceil(Math.min(gy[0], gy[1], gy[2])));
  const bottom = Math.min(rows - 1, Math.floor(Math.max(gy[0], gy[1], gy[2])));
  const perX = ((gz[1] - gz[0]) * (gy[2] - gy[0]) - (gz[2] - gz[0]) * (gy[1] - gy[0])) / area;
  const perY = ((gz[2] - gz[0]) * (gx[1] - gx[0]) - (gz[1] - gz[0]) * (gx[2] - gx[0])) / area;
  for (let y = top; y <= bottom; y++) {
    let from = Infinity;
    let to = -Infinity;
    for (let a = 0; a < 3; a++) {
      const b = a === 2 ? 0 : a + 1;
      const ya = gy[a];
      const yb = gy[b];
      if (ya === yb || (y < ya && y < yb) || (y > ya && y > yb)) continue;
      const x = gx[a] + ((y - ya) / (yb - ya)) * (gx[b] - gx[a]);
      if (x < from) from = x;
      if (x > to) to = x;
    }
    const first = Math.max(0, Math.ceil(from));
    const last = Math.min(columns - 1, Math.floor(to));
    const across = perY * (y - gy[0]);
    for (let x = first, i = y * columns + first; x <= last; x++, i++) {
      const z = gz[0] + perX * (x - gx[0]) + across;
      if (z > highest[i]) highest[i] = z;
    }
  }
}
