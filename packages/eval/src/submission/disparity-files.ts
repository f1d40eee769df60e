import { readFile } from 'node:fs/promises';
import { parseJson } from '@scene-mtl/data/json';
import { readPng } from '../io/png.ts';

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
  const { width, height, kind, depth, data } = await readPng(file);
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
 * Baseline · fx of a camera file, m · px at full resolution.
 * @throws Error naming the file when it cannot be read or a field is missing or not positive
 */
export async function readBaselineFx(file: string): Promise<number> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
  const json = parseJson(text, file) as {
    extrinsic?: { baseline?: unknown } | null;
    intrinsic?: { fx?: unknown } | null;
  } | null;
  const [baseline, fx] = [json?.extrinsic?.baseline, json?.intrinsic?.fx];
  if (typeof baseline !== 'number' || typeof fx !== 'number' || !(baseline * fx > 0)) {
    throw new Error(`${file}: extrinsic.baseline and intrinsic.fx must be positive numbers`);
  }
  return baseline * fx;
}
