/// <reference types="node" preserve="true" />
/** `@scene-mtl/datasets/testing`: a student's data set, drawn, for tests of other packages. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const [HEIGHT, WIDTH] = [32, 64];

/** A NumPy file as numpy 2 writes it: version 1, C order. */
export function npy(shape: readonly number[], data: Float32Array): Buffer {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const head = Buffer.alloc(10);
  head.write('\u0093NUMPY', 'latin1');
  head[6] = 1;
  head.writeUInt16LE(length, 8);
  return Buffer.concat([
    head,
    Buffer.from(`${dict.padEnd(length - 1)}\n`),
    Buffer.from(data.buffer),
  ]);
}

/**
 * A student's data: a plant before soil and sky. Every fifth frame has no mask, every fourth no depth, and the
 * sky's depth is not known.
 */
export async function drawPlants(root: string, count: number): Promise<void> {
  for (const folder of ['images', 'masks', 'depth']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (let k = 0; k < count; k++) {
    const pixels = HEIGHT * WIDTH;
    const [rgb, ids, z] = [
      Buffer.alloc(3 * pixels),
      Buffer.alloc(pixels),
      new Float32Array(pixels),
    ];
    const [x, y] = [10 + ((7 * k) % 44), 8 + ((5 * k) % 16)];
    for (let i = 0; i < pixels; i++) {
      const [row, column] = [Math.floor(i / WIDTH), i % WIDTH];
      const leaf = Math.hypot(row - y, column - x) < 7;
      const soil = row > 20;
      ids[i] = leaf ? 2 : soil ? 1 : 0;
      z[i] = leaf ? 2 : soil ? 4 - row / 16 : NaN;
      const colour = leaf ? [40, 160, 50] : soil ? [120, 80, 40] : [140, 180, 230];
      colour.forEach((value, c) => (rgb[3 * i + c] = value + ((31 * i + 17 * k + 7 * c) % 9)));
    }
    const id = `plant_${String(k).padStart(3, '0')}`;
    const raw = { width: WIDTH, height: HEIGHT };
    await sharp(rgb, { raw: { ...raw, channels: 3 } })
      .png()
      .toFile(join(root, 'images', `${id}.png`));
    if (k % 5 !== 0) {
      const mask = sharp(ids, { raw: { ...raw, channels: 1 } }).toColourspace('b-w');
      await mask.png().toFile(join(root, 'masks', `${id}.png`));
    }
    if (k % 4 !== 1) await writeFile(join(root, 'depth', `${id}.npy`), npy([HEIGHT, WIDTH], z));
  }
}
