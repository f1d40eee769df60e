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

const ORIGIN: Uv = [0, 0];

/** Collects triangles. */
export class MeshBuilder {
  private readonly surfaces: Surface[] = [];
  private readonly indexOf = new Map<Surface, number>();
  private last: Surface | undefined;
  private lastIndex = -1;
  private count = 0;
  // A street has some 20,000.
  private capacity = 32768;
  private positions = new Float64Array(this.capacity * 9);
  private uvs = new Float64Array(this.capacity * 6);
  private surfaceOf = new Int32Array(this.capacity);

  /** Adds a triangle. */
  triangle(
    surface: Surface,
    a: Point,
    b: Point,
    c: Point,
    ua: Uv = ORIGIN,
    ub: Uv = ORIGIN,
    uc: Uv = ORIGIN,
  ): void {
    if (this.count === this.capacity) this.grow();
    const { positions, uvs } = this;
    const p = this.count * 9;
    positions[p] = a[0];
    positions[p + 1] = a[1];
    positions[p + 2] = a[2];
    positions[p + 3] = b[0];
    positions[p + 4] = b[1];
    positions[p + 5] = b[2];
    positions[p + 6] = c[0];
    positions[p + 7] = c[1];
    positions[p + 8] = c[2];
    const t = this.count * 6;
    uvs[t] = ua[0];
    uvs[t + 1] = ua[1];
    uvs[t + 2] = ub[0];
    uvs[t + 3] = ub[1];
    uvs[t + 4] = uc[0];
    uvs[t + 5] = uc[1];
    this.surfaceOf[this.count++] = this.indexFor(surface);
  }

  /** Adds a quad a, b, c, d in order around it, as two triangles. */
  quad(
    surface: Surface,
    [a, b, c, d]: readonly [Point, Point, Point, Point],
    [ua, ub, uc, ud]: readonly [Uv, Uv, Uv, Uv] = [ORIGIN, ORIGIN, ORIGIN, ORIGIN],
  ): void {
    this.triangle(surface, a, b, c, ua, ub, uc);
    this.triangle(surface, a, c, d, ua, uc, ud);
  }

  /** What was added so far. */
  mesh(): Mesh {
    const { surfaces, positions, uvs, surfaceOf, count } = this;
    return {
      surfaces,
      positions: positions.subarray(0, count * 9),
      uvs: uvs.subarray(0, count * 6),
      surfaceOf: surfaceOf.subarray(0, count),
    };
  }

  private indexFor(surface: Surface): number {
    if (surface === this.last) return this.lastIndex;
    let index = this.indexOf.get(surface);
    if (index === undefined) {
      index = this.surfaces.push(surface) - 1;
      this.indexOf.set(surface, index);
    }
    this.last = surface;
    this.lastIndex = index;
    return index;
  }

  private grow(): void {
    this.capacity *= 2;
    this.positions = grown(this.positions, this.capacity * 9);
    this.uvs = grown(this.uvs, this.capacity * 6);
    this.surfaceOf = grown(this.surfaceOf, this.capacity);
  }
}

function grown<Data extends Float64Array | Int32Array>(data: Data, length: number): Data {
  const Type = data.constructor as new (length: number) => Data;
  const result = new Type(length);
  result.set(data);
  return result;
}
