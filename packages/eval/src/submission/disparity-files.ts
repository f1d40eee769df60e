import { readImage } from './images.ts';

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
