import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imageClassifier, mobileNet, mobileNetName } from '@scene-mtl/core';

/**
 * Writes a folder as the published MobileNet v1 is stored, one shard per tensor, with small numbers
 * that depend on name and `salt`; alpha 0.25 and the first blocks only.
 */
export async function storeMobileNet(folder: string, blocks: number, salt = 1): Promise<void> {
  await mkdir(folder, { recursive: true });
  const encoder = mobileNet({ alpha: 0.25, outputStride: 8, blocks });
  const model = imageClassifier(encoder, 2, [32, 32], 1);
  const weightsManifest = [];
  let shard = 0;
  for (const weight of model.weights) {
    const name = mobileNetName(weight.originalName);
    if (name === undefined) continue;
    const shape = weight.shape as number[];
    const size = shape.reduce((a, b) => a * b, 1);
    const spread = name.endsWith('moving_variance') ? 1 : 0.1;
    const data = Float32Array.from(
      { length: size },
      (_, i) => spread * (1.5 + Math.sin(i + salt + name.length)),
    );
    const path = `group${++shard}-shard1of1`;
    await writeFile(join(folder, path), data);
    weightsManifest.push({ paths: [path], weights: [{ name, shape, dtype: 'float32' }] });
  }
  model.dispose();
  await writeFile(join(folder, 'model.json'), JSON.stringify({ weightsManifest }));
}
