import { encodeDisparity } from '@scene-mtl/datasets';
import { decodeRuns, type DecodedInstances } from '@scene-mtl/vision-heads';
import sharp from 'sharp';
import { resizeNearest, type Size } from '@scene-mtl/data';

/** A file to be written: its path below the output folder and its content. */
export interface OutputFile {
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** Where masks and text file of the instances lie below the output folder. */
const INSTANCES = 'instance';

/**
 * Classes of a photograph as a single-channel PNG at its own size (each pixel takes the nearest).
 * @param ids regular ids or, for classes that Cityscapes does not have, training ids `u8 [H, W]`
 * @param suffix `labelIds` or `trainIds`
 */
export async function labelFile(
  stem: string,
  suffix: string,
  ids: Uint8Array,
  from: Size,
  to: Size,
): Promise<OutputFile> {
  const content = await greyPng(resizeNearest(ids, from, to), to);
  return { path: `semantic/${stem}_${suffix}.png`, content };
}

/**
 * Objects as the instance-level benchmark takes them: `instance/<stem>.txt` with a line
 * `maskPath labelId confidence` per object and one mask each, besides an image of official instance
 * values (`labelId · 1000 + k`, 0 where no object is). Masks at the photograph's size; an object that
 * has no pixel left at that size is left out.
 * @param labelIds label written for each training class
 */
export async function instanceFiles(
  stem: string,
  objects: DecodedInstances,
  labelIds: ArrayLike<number>,
  from: Size,
  to: Size,
): Promise<OutputFile[]> {
  const files: OutputFile[] = [];
  const lines: string[] = [];
  const values = new Uint16Array(to.height * to.width);
  const counts = new Map<number, number>();
  for (const { classId, confidence, mask } of objects.instances) {
    const pixels = resizeNearest(decodeRuns(mask), from, to);
    if (!pixels.includes(1)) continue;
    const label = labelIds[classId];
    const k = counts.get(label) ?? 0;
    counts.set(label, k + 1);
    const name = `masks/${stem}_${lines.length}.png`;
    lines.push(`${name} ${label} ${confidence.toFixed(6)}\n`);
    for (let i = 0; i < pixels.length; i++) if (pixels[i] === 1) values[i] = label * 1000 + k;
    const white = pixels.map((inside) => 255 * inside);
    files.push({ path: `${INSTANCES}/${name}`, content: await greyPng(white, to) });
  }
  const content = await greyPng(values, to);
  return [
    { path: `${INSTANCES}/${stem}.txt`, content: lines.join('') },
    { path: `${INSTANCES}/${stem}_instanceIds.png`, content },
    ...files,
  ];
}

/**
 * Disparity as a 16-bit PNG at the photograph's size, in px at that width:
 * `p = round(256 d) + 1`. A negative prediction counts as 0; above 255.99 px it is clipped.
 * @param disparity `f32 [H, W]`, px at the width of `from`
 */
export async function disparityFile(
  stem: string,
  disparity: Float32Array,
  from: Size,
  to: Size,
): Promise<OutputFile> {
  const scale = to.width / from.width;
  const scaled = resizeNearest(disparity, from, to).map((d) => Math.max(0, d * scale));
  const valid = new Uint8Array(scaled.length).fill(1);
  const content = await greyPng(encodeDisparity({ data: scaled, valid }), to);
  return { path: `disparity/${stem}_disparity.png`, content };
}

/** Single-channel PNG, 8 or 16 bits as the array has, every value kept. */
async function greyPng(data: Uint8Array | Uint16Array, { width, height }: Size): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace(data.BYTES_PER_ELEMENT === 2 ? 'grey16' : 'b-w')
    .png()
    .toBuffer();
}
