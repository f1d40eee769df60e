import type { Mesh } from '../geometry/mesh.ts';
import type { View } from './camera.ts';

/** Nothing nearer than this is drawn, metres. */
const NEAR = 0.25;
/** Numbers kept per drawn triangle: planes of 1/Z, u/Z and v/Z over the samples' columns and rows. */
export const PLANE_STRIDE = 9;

/** For every colour sample, the nearest triangle. */
export interface Visibility {
  /** Samples per pixel and side. Odd, so that one sample lies on the pixel's centre. */
  readonly perSide: number;
  /** Samples `[height, width]`. */
  readonly height: number;
  readonly width: number;
  /** 1/Z per sample, 1/m; 0 is sky. */
  readonly inverseDepth: Float32Array;
  /** Drawn triangle per sample, −1 is sky. */
  readonly drawn: Int32Array;
  /** Per drawn triangle: index into the mesh. Those hidden by what was drawn before are left out. */
  readonly triangleOf: Int32Array;
  /** Per drawn triangle: `PLANE_STRIDE` numbers. */
  readonly planes: Float64Array;
}

/**
 * A picture being drawn. Handed from function to function in place of closures over it: code compiled
 * for closures lasts as long as they do, and compiling it again for every frame took a quarter of the
 * time.
 */
interface Drawing extends Visibility {
  triangleOf: Int32Array;
  planes: Float64Array;
  /** Triangles drawn so far. */
  used: number;
  /** Corners of the polygon being drawn, after clipping at most 4: camera depth, left, up, u, v. */
  readonly clipped: Float64Array;
  /** Their places in samples, and 1/Z. */
  readonly sx: Float64Array;
  readonly sy: Float64Array;
  readonly sw: Float64Array;
  /** Edges of the triangle being drawn: x, y of the upper and of the lower end. */
  readonly edges: Float64Array;
}

/**
 * Draws the mesh into one z-buffer. Everything about a frame (colour, class, object, disparity) is
 * read from the nearest triangle found here.
 *
 * 1/Z, u/Z and v/Z are linear over the image, so each triangle keeps three planes.
 */
export function rasterise(mesh: Mesh, view: View, perSide: number): Visibility {
  const { camera, size, axes } = view;
  const width = size.width * perSide;
  const height = size.height * perSide;
  const count = mesh.surfaceOf.length;
  // Clipping at the near plane can make two triangles of one.
  const capacity = count + 64;
  const corner = new Float64Array(3 * 5);
  const clipped = new Float64Array(4 * 5);
  const sx = new Float64Array(4);
  const sy = new Float64Array(4);
  const sw = new Float64Array(4);
  const drawing: Drawing = {
    perSide,
    height,
    width,
    inverseDepth: new Float32Array(width * height),
    drawn: new Int32Array(width * height).fill(-1),
    triangleOf: new Int32Array(capacity),
    planes: new Float64Array(capacity * PLANE_STRIDE),
    used: 0,
    clipped,
    sx,
    sy,
    sw,
    edges: new Float64Array(3 * 4),
  };
  const offsetX = (camera.u0 + 0.5) * perSide - 0.5;
  const offsetY = (camera.v0 + 0.5) * perSide - 0.5;
  const fx = camera.fx * perSide;
  const fy = camera.fy * perSide;

  for (let t = 0; t < count; t++) {
    let inFront = 0;
    for (let k = 0; k < 3; k++) {
      const p = t * 9 + k * 3;
      const x = mesh.positions[p];
      const y = mesh.positions[p + 1];
      const z = mesh.positions[p + 2] - camera.z;
      const c = k * 5;
      corner[c] = axes[0] * x + axes[1] * y + axes[2] * z;
      corner[c + 1] = axes[3] * x + axes[4] * y + axes[5] * z;
      corner[c + 2] = axes[6] * x + axes[7] * y + axes[8] * z;
      corner[c + 3] = mesh.uvs[t * 6 + k * 2];
      corner[c + 4] = mesh.uvs[t * 6 + k * 2 + 1];
      if (corner[c] > NEAR) inFront++;
    }
    if (inFront === 0) continue;
    const corners = inFront === 3 ? copy(corner, clipped) : clipNear(corner, clipped);
    let minX = Infinity;
    let maxX = -Infinity;
    let minY = Infinity;
    let maxY = -Infinity;
    for (let k = 0; k < corners; k++) {
      const w = 1 / clipped[k * 5];
      sw[k] = w;
      sx[k] = offsetX - fx * clipped[k * 5 + 1] * w;
      sy[k] = offsetY - fy * clipped[k * 5 + 2] * w;
      if (sx[k] < minX) minX = sx[k];
      if (sx[k] > maxX) maxX = sx[k];
      if (sy[k] < minY) minY = sy[k];
      if (sy[k] > maxY) maxY = sy[k];
    }
    // Most distant triangles fall between the samples.
    if (Math.ceil(Math.max(0, minX)) > Math.min(width - 1, maxX)) continue;
    if (Math.ceil(Math.max(0, minY)) > Math.min(height - 1, maxY)) continue;
    for (let k = 1; k + 1 < corners; k++) drawTriangle(drawing, t, 0, k, k + 1);
  }
  const { inverseDepth, drawn, triangleOf, planes } = drawing;
  return { perSide, height, width, inverseDepth, drawn, triangleOf, planes };
}

/** Draws corners a, b, c of the polygon, a part of triangle t of the mesh. */
function drawTriangle(drawing: Drawing, t: number, a: number, b: number, c: number): void {
  const { width, height, inverseDepth, drawn, clipped, sx, sy, sw, edges } = drawing;
  const area = (sx[b] - sx[a]) * (sy[c] - sy[a]) - (sx[c] - sx[a]) * (sy[b] - sy[a]);
  if (Math.abs(area) < 1e-9) return;
  const top = Math.max(0, Math.ceil(Math.min(sy[a], sy[b], sy[c])));
  const bottom = Math.min(height - 1, Math.floor(Math.max(sy[a], sy[b], sy[c])));
  if (top > bottom) return;
  if (drawing.used === drawing.triangleOf.length) {
    drawing.triangleOf = doubled(drawing.triangleOf);
    drawing.planes = doubled(drawing.planes);
  }
  const { planes } = drawing;
  const id = drawing.used;
  const at = id * PLANE_STRIDE;
  plane(drawing, at, area, a, b, c, sw[a], sw[b], sw[c]);
  let seen = false;
  const perX = planes[at];
  const perY = planes[at + 1];
  const zero = planes[at + 2];
  // Bias within a triangle: without it the plane's rounding could pass its own corners.
  const limit = Math.max(sw[a], sw[b], sw[c]) * (1 + 1e-6);
  keepEdge(drawing, 0, a, b);
  keepEdge(drawing, 1, b, c);
  keepEdge(drawing, 2, c, a);
  for (let y = top; y <= bottom; y++) {
    let from = Infinity;
    let to = -Infinity;
    for (let e = 0; e < 12; e += 4) {
      const y0 = edges[e + 1];
      const y1 = edges[e + 3];
      if (y0 > y || y1 < y) continue;
      const x0 = edges[e];
      const x1 = edges[e + 2];
      if (y0 === y1) {
        if (x0 < from) from = x0;
        if (x1 > to) to = x1;
        continue;
      }
      const x = x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
      if (x < from) from = x;
      if (x > to) to = x;
    }
    const first = Math.max(0, Math.ceil(from));
    const last = Math.min(width - 1, Math.floor(to));
    let i = y * width + first;
    let w = zero + perY * y + perX * first;
    for (let x = first; x <= last; x++, i++, w += perX) {
      const inverse = w < limit ? w : limit;
      if (inverse > inverseDepth[i]) {
        inverseDepth[i] = inverse;
        drawn[i] = id;
        seen = true;
      }
    }
  }
  // Behind what is there already, or between the samples.
  if (!seen) return;
  drawing.used++;
  drawing.triangleOf[id] = t;
  // u/Z and v/Z.
  for (let k = 3; k <= 4; k++) {
    const va = clipped[a * 5 + k] * sw[a];
    const vb = clipped[b * 5 + k] * sw[b];
    const vc = clipped[c * 5 + k] * sw[c];
    plane(drawing, at + 3 * (k - 2), area, a, b, c, va, vb, vc);
  }
}

function keepEdge({ sx, sy, edges }: Drawing, index: number, a: number, b: number): void {
  // Both triangles at an edge walk it from the same end, so no crack opens between them.
  const swapped = sy[a] > sy[b] || (sy[a] === sy[b] && sx[a] > sx[b]);
  const p = swapped ? b : a;
  const q = swapped ? a : b;
  const e = 4 * index;
  edges[e] = sx[p];
  edges[e + 1] = sy[p];
  edges[e + 2] = sx[q];
  edges[e + 3] = sy[q];
}

/** Keeps the plane through the values at corners a, b, c: change per column and row, and at (0, 0). */
function plane(
  { planes, sx, sy }: Drawing,
  at: number,
  area: number,
  a: number,
  b: number,
  c: number,
  va: number,
  vb: number,
  vc: number,
): void {
  const perX = ((vb - va) * (sy[c] - sy[a]) - (vc - va) * (sy[b] - sy[a])) / area;
  const perY = ((vc - va) * (sx[b] - sx[a]) - (vb - va) * (sx[c] - sx[a])) / area;
  planes[at] = perX;
  planes[at + 1] = perY;
  planes[at + 2] = va - perX * sx[a] - perY * sy[a];
}

function copy(from: Float64Array, to: Float64Array): number {
  to.set(from);
  return 3;
}

/** Cuts a triangle at the near plane (Sutherland & Hodgman 1974); returns the corners left. */
function clipNear(from: Float64Array, to: Float64Array): number {
  let corners = 0;
  for (let k = 0; k < 3; k++) {
    const p = k * 5;
    const q = ((k + 1) % 3) * 5;
    if (from[p] > NEAR) {
      for (let i = 0; i < 5; i++) to[corners * 5 + i] = from[p + i];
      corners++;
    }
    if (from[p] > NEAR !== from[q] > NEAR) {
      const share = (NEAR - from[p]) / (from[q] - from[p]);
      for (let i = 0; i < 5; i++) {
        to[corners * 5 + i] = from[p + i] + share * (from[q + i] - from[p + i]);
      }
      corners++;
    }
  }
  return corners;
}

function doubled<Data extends Float64Array | Int32Array>(data: Data): Data {
  const Type = data.constructor as new (length: number) => Data;
  const result = new Type(data.length * 2);
  result.set(data);
  return result;
}
