import type { Camera, Size } from '@scene-mtl/data';
import { readCameraFile } from '@scene-mtl/data/camera-file';

/**
 * Reads a camera file and scales its intrinsics by the ratio of sizes.
 * @param native size of the image, px
 * @param size of the sample, px
 * @throws as `readCameraFile`
 */
export async function readCamera(file: string, native: Size, size: Size): Promise<Camera> {
  const camera = await readCameraFile(file, native);
  const [rows, columns] = [size.height / native.height, size.width / native.width];
  return {
    ...camera,
    fx: camera.fx * columns,
    fy: camera.fy * rows,
    u0: camera.u0 * columns,
    v0: camera.v0 * rows,
  };
}
