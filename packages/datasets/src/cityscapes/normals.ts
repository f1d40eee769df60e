import { normalMap, resizeNearest, type NormalMap, type Size } from '@scene-mtl/data';

/**
 * Normals as an 8-bit colour image in the usual colours of normal maps, `round(127.5 (1 + n))` of
 * (n_x, −n_y, −n_z): within 0.4°. Black: not known.
 * @param normals `f32 [H, W, 3]` in the camera's frame, 0 where not known
 * @returns `u8 [H, W, 3]`
 */
export function encodeNormals(normals: Float32Array): Uint8Array {
  const image = new Uint8Array(normals.length);
  for (let i = 0; i < normals.length; i += 3) {
    const [x, y, z] = [normals[i], normals[i + 1], normals[i + 2]];
    if (x === 0 && y === 0 && z === 0) continue;
    image[i] = Math.round(127.5 * (1 + x));
    image[i + 1] = Math.round(127.5 * (1 - y));
    image[i + 2] = Math.round(127.5 * (1 - z));
  }
  return image;
}

/** The inverse of `encodeNormals`, as unit vectors, the nearest pixel at another size. */
export function decodeNormals(image: Uint8Array, from: Size, to: Size): NormalMap {
  const near = resizeNearest(image, from, to, 3);
  const data = new Float32Array(near.length);
  const valid = new Uint8Array(to.height * to.width);
  for (let i = 0; i < valid.length; i++) {
    const [r, g, b] = near.subarray(3 * i, 3 * i + 3);
    if (r === 0 && g === 0 && b === 0) continue;
    const [x, y, z] = [r / 127.5 - 1, 1 - g / 127.5, 1 - b / 127.5];
    const length = Math.hypot(x, y, z);
    data.set([x / length, y / length, z / length], 3 * i);
    valid[i] = 1;
  }
  return normalMap(to, data, valid);
}
