import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { centresOf, type Sample, type Size } from '@scene-mtl/data';
import { streetSample } from '@scene-mtl/data/testing';
import { grey16Png, grey8Png, rgbPng } from '../src/image/write.ts';

const folders: string[] = [];

/** A folder that is removed after the file's tests; its name has a space and letters beyond ASCII. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scène mtl 街-'));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** Writes a file and the folders above it. */
export async function put(file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** What a handmade frame records; `size` pixels each. */
export interface HandFrame {
  readonly labelIds?: Uint8Array;
  readonly instanceIds?: Uint16Array;
  readonly disparity?: Uint16Array;
}

/** A camera file with fx = 1000, fy = 900, its principal point in the middle of a picture. */
export const cameraJson = ({ height, width }: Size) =>
  JSON.stringify({
    extrinsic: { baseline: 0.2, pitch: 0, roll: 0, x: 1, y: 0, yaw: 0, z: 1.2 },
    intrinsic: { fx: 1000, fy: 900, u0: width / 2, v0: height / 2 },
  });

/** Paths of one frame's files in a Cityscapes tree. */
export function framePaths(root: string, id = 'city_000000_000019', split = 'train') {
  const at = (folder: string, ending: string) =>
    join(root, folder, split, id.split('_')[0], `${id}_${ending}`);
  return {
    photo: at('leftImg8bit', 'leftImg8bit.png'),
    labelIds: at('gtFine', 'gtFine_labelIds.png'),
    instanceIds: at('gtFine', 'gtFine_instanceIds.png'),
    disparity: at('disparity', 'disparity.png'),
    camera: at('camera', 'camera.json'),
  };
}

/** A whole frame of a Cityscapes tree; what is not given is road, no objects, 10 px. */
export async function putFrame(
  root: string,
  size: Size,
  frame: HandFrame = {},
  id?: string,
  split?: string,
): Promise<void> {
  const pixels = size.height * size.width;
  const paths = framePaths(root, id, split);
  const photo = Uint8Array.from({ length: pixels * 3 }, (_, i) => (i * 7) % 256);
  await put(paths.photo, await rgbPng(photo, size));
  await put(paths.labelIds, await grey8Png(frame.labelIds ?? new Uint8Array(pixels).fill(7), size));
  await put(
    paths.instanceIds,
    await grey16Png(frame.instanceIds ?? new Uint16Array(pixels).fill(7), size),
  );
  const disparity = frame.disparity ?? new Uint16Array(pixels).fill(10 * 256 + 1);
  await put(paths.disparity, await grey16Png(disparity, size));
  await put(paths.camera, cameraJson(size));
}

/** A sample with every field, filled from a simple sequence so that each pixel is different. */
export function madeSample(height: number, width: number, salt = 1): Sample {
  const pixels = height * width;
  const at = (i: number, factor: number) => (i * factor + salt * 13) % 251;
  const instance = Uint16Array.from({ length: pixels }, (_, i) => (at(i, 3) % 4) * 13001);
  return streetSample({
    id: `made-${salt}`,
    height,
    width,
    image: Uint8Array.from({ length: pixels * 3 }, (_, i) => at(i, 17)),
    semantic: Uint8Array.from({ length: pixels }, (_, i) => at(i, 5) % 19),
    instance,
    centres: centresOf(instance, width),
    disparity: Float32Array.from({ length: pixels }, (_, i) => at(i, 11) / 8),
    disparityValid: Uint8Array.from({ length: pixels }, (_, i) => at(i, 7) % 2),
    camera: {
      baseline: 0.2,
      fx: 100,
      fy: 90,
      u0: 4,
      v0: 3,
      pitch: 0.04,
      roll: 0.01,
      yaw: -0.02,
      x: 1.7,
      y: 0.1,
      z: 1.2,
    },
  });
}
