import { lattice3 } from '../render/noise.ts';
import type { MeshBuilder, Point, Uv } from './mesh.ts';
import type { Surface } from './surface.ts';

/** Where a thing stands: its own axes (x forward, y left, z up) to world metres. */
export type Place = (x: number, y: number, z: number) => Point;

/** A pair of limits in metres, smaller first. */
export type Range = readonly [number, number];

/**
 * A box without its bottom. `u` runs around it and `v` up, in metres; on the top they are x and y.
 */
export function box(
  mesh: MeshBuilder,
  place: Place,
  surface: Surface,
  [x0, x1]: Range,
  [y0, y1]: Range,
  [z0, z1]: Range,
  top: Surface = surface,
): void {
  const around: Range[] = [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
  let u = 0;
  for (let i = 0; i < 4; i++) {
    const [ax, ay] = around[i];
    const [bx, by] = around[(i + 1) % 4];
    const side = Math.abs(bx - ax) + Math.abs(by - ay);
    mesh.quad(
      surface,
      [place(ax, ay, z0), place(bx, by, z0), place(bx, by, z1), place(ax, ay, z1)],
      [
        [u, z0],
        [u + side, z0],
        [u + side, z1],
        [u, z1],
      ],
    );
    u += side;
  }
  mesh.quad(
    top,
    [place(x0, y0, z1), place(x1, y0, z1), place(x1, y1, z1), place(x0, y1, z1)],
    [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ],
  );
}

/** A tube with `sides` faces from a to b; the radii are in metres. `u` runs around, `v` along. */
export function tube(
  mesh: MeshBuilder,
  place: Place,
  surface: Surface,
  a: Point,
  b: Point,
  radii: readonly [number, number],
  sides: number,
): void {
  const axis = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const length = Math.hypot(axis[0], axis[1], axis[2]);
  const [dx, dy, dz] = axis.map((component) => component / length);
  // Two directions across: any vector not along the axis starts them.
  const flat = Math.abs(dz) < 0.9;
  const cross1 = flat ? unit(-dy, dx, 0) : unit(0, dz, -dy);
  const cross2: Point = [
    dy * cross1[2] - dz * cross1[1],
    dz * cross1[0] - dx * cross1[2],
    dx * cross1[1] - dy * cross1[0],
  ];
  const ring = (end: Point, radius: number, k: number) => {
    const angle = (2 * Math.PI * k) / sides;
    const c = Math.cos(angle) * radius;
    const s = Math.sin(angle) * radius;
    return place(
      end[0] + c * cross1[0] + s * cross2[0],
      end[1] + c * cross1[1] + s * cross2[1],
      end[2] + c * cross1[2] + s * cross2[2],
    );
  };
  let [nearA, nearB] = [ring(a, radii[0], 0), ring(b, radii[1], 0)];
  for (let k = 0; k < sides; k++) {
    const [nextA, nextB] = [ring(a, radii[0], k + 1), ring(b, radii[1], k + 1)];
    mesh.quad(
      surface,
      [nearA, nextA, nextB, nearB],
      [
        [k, 0],
        [k + 1, 0],
        [k + 1, length],
        [k, length],
      ],
    );
    [nearA, nearB] = [nextA, nextB];
  }
}

/** A disc facing along the axis `y` of its place; `u`, `v` run from −1 to 1 across it. */
export function disc(
  mesh: MeshBuilder,
  place: Place,
  surface: Surface,
  [x, y, z]: Point,
  radius: number,
  sides: number,
): void {
  const centre = place(x, y, z);
  for (let k = 0; k < sides; k++) {
    const [c0, s0] = [Math.cos((2 * Math.PI * k) / sides), Math.sin((2 * Math.PI * k) / sides)];
    const [c1, s1] = [
      Math.cos((2 * Math.PI * (k + 1)) / sides),
      Math.sin((2 * Math.PI * (k + 1)) / sides),
    ];
    mesh.triangle(
      surface,
      centre,
      place(x + c0 * radius, y, z + s0 * radius),
      place(x + c1 * radius, y, z + s1 * radius),
      [0, 0],
      [c0, s0],
      [c1, s1],
    );
  }
}

/**
 * A lump: an ellipsoid whose radius varies by ±`roughness`, in `rings` × 2·`rings` faces.
 * `u` and `v` run around and up, in metres.
 */
export function lump(
  mesh: MeshBuilder,
  place: Place,
  surface: Surface,
  [x, y, z]: Point,
  [rx, ry, rz]: Point,
  { rings, roughness, seed }: { rings: number; roughness: number; seed: number },
): void {
  const columns = 2 * rings;
  const corner = (i: number, k: number) => {
    const polar = (Math.PI * i) / rings;
    const turn = (2 * Math.PI * k) / columns;
    const [a, b, c] = [
      Math.sin(polar) * Math.cos(turn),
      Math.sin(polar) * Math.sin(turn),
      -Math.cos(polar),
    ];
    const pole = i === 0 || i === rings;
    const bump = 1 + roughness * (2 * lattice3(i, pole ? 0 : k, 7, seed) - 1);
    return place(x + rx * a * bump, y + ry * b * bump, z + rz * c * bump);
  };
  const width = (Math.PI * (rx + ry)) / columns;
  const height = (Math.PI * rz) / rings;
  const ring = (i: number) => {
    const corners: Point[] = [];
    for (let k = 0; k < columns; k++) corners.push(corner(i, k));
    return corners;
  };
  let below = ring(0);
  for (let i = 0; i < rings; i++) {
    const above = ring(i + 1);
    for (let k = 0; k < columns; k++) {
      const next = (k + 1) % columns;
      const [a, b, c, d] = [below[k], below[next], above[next], above[k]];
      const uvs: [Uv, Uv, Uv, Uv] = [
        [k * width, i * height],
        [(k + 1) * width, i * height],
        [(k + 1) * width, (i + 1) * height],
        [k * width, (i + 1) * height],
      ];
      // At the poles one side of the quad has no length.
      if (i === 0) mesh.triangle(surface, a, c, d, uvs[0], uvs[2], uvs[3]);
      else if (i === rings - 1) mesh.triangle(surface, a, b, c, uvs[0], uvs[1], uvs[2]);
      else mesh.quad(surface, [a, b, c, d], uvs);
    }
    below = above;
  }
}

/** A place inside a place: moved and turned by `heading` radians to the left. */
export function within(outer: Place, [x, y, z]: Point, heading = 0): Place {
  const c = Math.cos(heading);
  const s = Math.sin(heading);
  return (px, py, pz) => outer(x + c * px - s * py, y + s * px + c * py, z + pz);
}

function unit(x: number, y: number, z: number): Point {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
