import { readImage } from './images.ts';
import { readJson, type Json } from './text.ts';
import { sizeText } from './sizes.ts';

/** A disparity image, `[H, W]`. */
export interface DisparityImage {
  readonly width: number;
  readonly height: number;
  /** px at this width. */
  readonly disparity: Float32Array;
  /** 1 where known. */
  readonly valid: Uint8Array;
}

/**
 * Reads a disparity file: d = (p − 1) / 256 px, unknown where p = 0.
 * @throws Error naming the file when it is not 16-bit grey
 */
export async function readDisparity(file: string): Promise<DisparityImage> {
  const { width, height, kind, depth, data } = await readImage(file);
  if (kind !== 'grey' || depth !== 16) {
    throw new Error(
      `${file}: is ${depth}-bit ${kind}; expected 16-bit grey with d = (p − 1) / 256`,
    );
  }
  const disparity = new Float32Array(data.length);
  const valid = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    disparity[i] = (data[i] - 1) / 256;
    valid[i] = 1;
  }
  return { width, height, disparity, valid };
}

/**
 * Baseline · fx of a camera file, m · px.
 *
 * @param size of the disparity image, in whose px the intrinsics must be
 * @throws Error naming the file when it cannot be read, a field is missing or not positive, or the
 *   principal point (u0, v0), where it is stated, lies outside of the image: the intrinsics of another size
 */
export async function readBaselineFx(
  file: string,
  size: { readonly width: number; readonly height: number },
): Promise<number> {
  const { extrinsic, intrinsic } = (await readJson(file)) as { extrinsic?: Json; intrinsic?: Json };
  const [baseline, fx] = [extrinsic?.['baseline'], intrinsic?.['fx']];
  if (!isPositive(baseline) || !isPositive(fx)) {
    throw new Error(`${file}: extrinsic.baseline and intrinsic.fx must be positive numbers`);
  }
  const [u0, v0] = [intrinsic?.['u0'], intrinsic?.['v0']];
  const isInside = (at: unknown, length: number) =>
    at === undefined || (typeof at === 'number' && at >= 0 && at <= length);
  if (!isInside(u0, size.width) || !isInside(v0, size.height)) {
    throw new Error(
      `${file}: the principal point (u0, v0) = (${JSON.stringify(u0)}, ${JSON.stringify(v0)}) lies outside of the disparity image of ${sizeText(size)} (height × width); give the intrinsics at that size`,
    );
  }
  return baseline * fx;
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value < Infinity;
