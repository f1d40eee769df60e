import type { Surface } from './surface.ts';

/** A point in metres. */
export type Point = readonly [x: number, y: number, z: number];

/** A place on a surface. */
export type Uv = readonly [u: number, v: number];

/** Triangles of a scene, in world metres. */
export interface Mesh {
  readonly surfaces: readonly Surface[];
  /** `[T, 3, 3]`: triangle, corner, (x, y, z). */
  readonly positions: Float64Array;
  /** `[T, 3, 2]`: triangle, corner, (u, v). */
  readonly uvs: Float64Array;
  /** `[T]`: index into `surfaces`. */
  readonly surfaceOf: Int32Array;
}

/** Collects triangles. */
export interface MeshBuilder {
  /** Adds a triangle. */
  triangle(surface: Surface, a: Point, b: Point, c: Point, ua?: Uv, ub?: Uv, uc?: Uv): void;
  /** Adds a quad a, b, c, d in order around it, as two triangles. */
  quad(
    surface: Surface,
    corners: readonly [Point, Point, Point, Point],
    uvs?: readonly [Uv, Uv, Uv, Uv],
  ): void;
  /** What was added so far. */
  mesh(): Mesh;
}

const ORIGIN: Uv = [0, 0];

/** An empty mesh to add to. */
export function meshBuilder(): MeshBuilder {
  let capacity = 4096;
  let count = 0;
  let positions = new Float64Array(capacity * 9);
  let uvs = new Float64Array(capacity * 6);
  let surfaceOf = new Int32Array(capacity);
  const surfaces: Surface[] = [];
  let last: Surface | undefined;
  const indexOf = new Map<Surface, number>();

  const indexFor = (surface: Surface) => {
    let index = indexOf.get(surface);
    if (index === undefined) {
      index = surfaces.push(surface) - 1;
      indexOf.set(surface, index);
    }
    return index;
  };
  let lastIndex = -1;

  const triangle: MeshBuilder['triangle'] = (
    surface,
    a,
    b,
    c,
    ua = ORIGIN,
    ub = ORIGIN,
    uc = ORIGIN,
  ) => {
    if (count === capacity) {
      capacity *= 2;
      positions = grown(positions, capacity * 9);
      uvs = grown(uvs, capacity * 6);
      surfaceOf = grown(surfaceOf, capacity);
    }
    if (surface !== last) {
      last = surface;
      lastIndex = indexFor(surface);
    }
    const p = count * 9;
    positions[p] = a[0];
    positions[p + 1] = a[1];
    positions[p + 2] = a[2];
    positions[p + 3] = b[0];
    positions[p + 4] = b[1];
    positions[p + 5] = b[2];
    positions[p + 6] = c[0];
    positions[p + 7] = c[1];
    positions[p + 8] = c[2];
    const t = count * 6;
    uvs[t] = ua[0];
    uvs[t + 1] = ua[1];
    uvs[t + 2] = ub[0];
    uvs[t + 3] = ub[1];
    uvs[t + 4] = uc[0];
    uvs[t + 5] = uc[1];
    surfaceOf[count++] = lastIndex;
  };

  return {
    triangle,
    quad(surface, [a, b, c, d], [ua, ub, uc, ud] = [ORIGIN, ORIGIN, ORIGIN, ORIGIN]) {
      triangle(surface, a, b, c, ua, ub, uc);
      triangle(surface, a, c, d, ua, uc, ud);
    },
    mesh: () => ({
      surfaces,
      positions: positions.subarray(0, count * 9),
      uvs: uvs.subarray(0, count * 6),
      surfaceOf: surfaceOf.subarray(0, count),
    }),
  };
}

function grown<Data extends Float64Array | Int32Array>(data: Data, length: number): Data {
  const Type = data.constructor as new (length: number) => Data;
  const result = new Type(length);
  result.set(data);
  return result;
}
