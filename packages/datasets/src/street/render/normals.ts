import type { Mesh } from '../geometry/mesh.ts';
import type { View } from './camera.ts';
import type { Visibility } from './rasterise.ts';

/**
 * Direction that the surface at the centre of each pixel faces, from the triangles themselves: unit
 * vectors in the camera's frame (x right, y down, z away), towards the camera.
 * @param covered `u8 [H, W]`, non-zero where the own car hides the scene
 * @returns `f32 [H, W, 3]`; 0 where there is no surface: sky, and the own car
 */
export function surfaceNormals(
  { perSide, width: samples, drawn, triangleOf }: Visibility,
  { positions }: Mesh,
  { axes, camera, size }: View,
  covered: ArrayLike<number>,
): Float32Array {
  const { height, width } = size;
  const normals = new Float32Array(3 * height * width);
  const middle = (perSide - 1) / 2;
  for (let row = 0, i = 0; row < height; row++) {
    let sample = (row * perSide + middle) * samples + middle;
    for (let column = 0; column < width; column++, i++, sample += perSide) {
      if (drawn[sample] < 0 || covered[i]) continue;
      const p = 9 * triangleOf[drawn[sample]];
      const edge = (k: number, axis: number) => positions[p + 3 * k + axis] - positions[p + axis];
      const [ax, ay, az] = [edge(1, 0), edge(1, 1), edge(1, 2)];
      const [bx, by, bz] = [edge(2, 0), edge(2, 1), edge(2, 2)];
      const world = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
      // The rows of `axes` are forward, left and up.
      const along = (axis: number) =>
        axes[axis] * world[0] + axes[axis + 1] * world[1] + axes[axis + 2] * world[2];
      const [x, y, z] = [-along(3), -along(6), along(0)];
      const length = Math.hypot(x, y, z);
      if (!(length > 0)) continue;
      const ray = (x * (column - camera.u0)) / camera.fx + (y * (row - camera.v0)) / camera.fy + z;
      const sign = (ray > 0 ? -1 : 1) / length;
      normals[3 * i] = sign * x;
      normals[3 * i + 1] = sign * y;
      normals[3 * i + 2] = sign * z;
    }
  }
  return normals;
}
