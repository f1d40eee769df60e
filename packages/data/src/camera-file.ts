import { z } from 'zod';
import { parseJsonFile } from './json/file.ts';
import type { Camera } from './kinds/camera.ts';
import type { Size } from './size.ts';

const positive = z.number().positive();
const stereo = z.object({
  extrinsic: z.object({ baseline: positive }),
  intrinsic: z.object({ fx: positive, u0: z.number().optional(), v0: z.number().optional() }),
});
const whole = z.object({
  extrinsic: z.object({
    baseline: z.number(),
    pitch: z.number(),
    roll: z.number(),
    x: z.number(),
    y: z.number(),
    yaw: z.number(),
    z: z.number(),
  }),
  intrinsic: z.object({ fx: positive, fy: positive, u0: z.number(), v0: z.number() }),
});

/** A Cityscapes camera file: rad, metres, and px at the picture's own size. */
export type CameraFile = z.infer<typeof whole>;

/** The camera file of a camera, at the camera's own resolution. */
export function cameraFile({ fx, fy, u0, v0, ...extrinsic }: Camera): CameraFile {
  return { extrinsic, intrinsic: { fx, fy, u0, v0 } };
}

/**
 * Reads a camera file.
 * @param size of the picture that the camera took, px
 * @throws naming file and field when it is missing or not as expected, or its principal point lies outside
 * the picture: intrinsics of another resolution would give distances that are wrong by a factor
 */
export async function readCameraFile(file: string, size: Size): Promise<Camera> {
  const { extrinsic, intrinsic } = await parseJsonFile(file, whole);
  assertInside(file, intrinsic, size);
  return { ...extrinsic, ...intrinsic };
}

/**
 * Baseline · fx of a camera file, m · px at the picture's own size; the file may lack the rest.
 * @param size of the picture that the camera took, px
 * @throws as `readCameraFile`, and where one of them is not positive
 */
export async function readBaselineFx(file: string, size: Size): Promise<number> {
  const { extrinsic, intrinsic } = await parseJsonFile(file, stereo);
  assertInside(file, intrinsic, size);
  return extrinsic.baseline * intrinsic.fx;
}

/**
 * Whether a principal point lies where the optical axis of a whole picture meets it, in its middle: within
 * a fifth of each side. A window cut from one side of a picture may be an exception.
 * @example
 * ```ts
 * import { isCentred } from '@scene-mtl/data/camera-file';
 * isCentred({ u0: 1096, v0: 513 }, { height: 1024, width: 2048 }); // → true
 * isCentred({ u0: 1096, v0: 513 }, { height: 768, width: 1536 }); // → false
 * ```
 */
export const isCentred = (
  { u0, v0 }: Pick<Camera, 'u0' | 'v0'>,
  { height, width }: Size,
): boolean => Math.abs(u0 / width - 0.5) <= 0.2 && Math.abs(v0 / height - 0.5) <= 0.2;

/** Pixel centres are at whole numbers, so the picture reaches from −½ to its side − ½. */
function assertInside(
  file: string,
  { u0, v0 }: { u0?: number | undefined; v0?: number | undefined },
  { height, width }: Size,
): void {
  const outside = (at: number | undefined, side: number) =>
    at !== undefined && !(at >= -0.5 && at <= side - 0.5);
  if (!outside(u0, width) && !outside(v0, height)) return;
  throw new Error(
    `${file}: the principal point (row v0 ${v0}, column u0 ${u0}) lies outside its picture of ${height} × ${width} px, so the camera is of another resolution; scale intrinsic.fx, fy, u0 and v0 as the picture was scaled, or leave the camera files out`,
  );
}
