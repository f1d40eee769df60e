import { normalMap, type Camera, type DisparityMap, type NormalMap } from '@scene-mtl/data';

/** How the plane at each pixel is fitted. */
export interface NormalsOptions {
  /** Pixels to each side of the window, default 2: a window of 5 × 5. */
  readonly radius?: number;
  /** Neighbours whose disparity differs by more than this share lie on another surface; default 0.1. */
  readonly tolerance?: number;
}

/** Fewest pixels of one surface in a window that give a plane. */
const FEWEST = 6;

/**
 * Surface normals from disparity and camera, without depth and its division: inverse depth 1/Z is linear
 * over the picture of a plane. With x = (u − u0) / fx, y = (v − v0) / fy and d = fx · b / Z, the plane
 * n · (x, y, 1) Z = c gives
 *
 *     d = (fx b / c) (n_x x + n_y y + n_z)  ⇒  n ∝ −(∂d/∂x, ∂d/∂y, d − x ∂d/∂x − y ∂d/∂y)
 *
 * towards the camera (n · (x, y, 1) < 0). The derivatives are those of the least-squares plane through
 * the known disparities of a window that lie on the pixel's own surface. Not known: pixels without a
 * disparity, those infinitely far (0 px), and those with too few neighbours of their surface.
 * @param camera at the resolution of the map
 */
export function normalsFromDisparity(
  { height, width, data, valid }: DisparityMap,
  { fx, fy, u0, v0 }: Pick<Camera, 'fx' | 'fy' | 'u0' | 'v0'>,
  { radius = 2, tolerance = 0.1 }: NormalsOptions = {},
): NormalMap {
  const normals = new Float32Array(3 * data.length);
  const known = new Uint8Array(data.length);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const d = data[i];
      if (valid[i] === 0 || !(d > 0)) continue;
      // Sums over the window of 1, u, v, u², uv, v² and of those with e = d' − d, about the pixel.
      let [n, su, sv, suu, suv, svv, se, sue, sve] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
      for (let v = -Math.min(radius, row); v <= radius && row + v < height; v++) {
        for (let u = -Math.min(radius, column); u <= radius && column + u < width; u++) {
          const j = i + v * width + u;
          const e = data[j] - d;
          if (valid[j] === 0 || Math.abs(e) > tolerance * d) continue;
          n++;
          su += u;
          sv += v;
          suu += u * u;
          suv += u * v;
          svv += v * v;
          se += e;
          sue += u * e;
          sve += v * e;
        }
      }
      if (n < FEWEST) continue;
      const [cuu, cuv, cvv] = [suu - (su * su) / n, suv - (su * sv) / n, svv - (sv * sv) / n];
      const [cue, cve] = [sue - (su * se) / n, sve - (sv * se) / n];
      const determinant = cuu * cvv - cuv * cuv;
      // Neighbours on one line give no plane.
      if (!(determinant > 1e-6 * cuu * cvv)) continue;
      const du = (cue * cvv - cve * cuv) / determinant;
      const dv = (cve * cuu - cue * cuv) / determinant;
      const middle = d + (se - su * du - sv * dv) / n;
      const [dx, dy] = [du * fx, dv * fy];
      const dz = middle - ((column - u0) / fx) * dx - ((row - v0) / fy) * dy;
      const length = Math.hypot(dx, dy, dz);
      if (!(length > 0)) continue;
      normals[3 * i] = -dx / length;
      normals[3 * i + 1] = -dy / length;
      normals[3 * i + 2] = -dz / length;
      known[i] = 1;
    }
  }
  return normalMap({ height, width }, normals, known);
}
