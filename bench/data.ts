import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageNetNormalisation, sampleArrays, type Task } from '@scene-mtl/core';
import {
  batches,
  cached,
  diskCached,
  generateTree,
  horizontalFlip,
  openDataset,
  type Dataset,
} from '@scene-mtl/datasets';
import { compile } from '@scene-mtl/runtime';
import { depth, instance, semantic } from '@scene-mtl/vision-heads';
import { stepOf, workloads } from './workloads.ts';

const size = { height: 128, width: 256 };
const frames = 48;

/**
 * Frames per second of the data path on this machine: generating, reading from files, from the disk
 * cache and from memory. Each reading is a whole epoch in batches of 8 with all annotations; the
 * fastest of three epochs counts.
 */
export async function benchData(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scene-mtl-bench-'));
  try {
    const root = join(folder, 'tree');
    const start = performance.now();
    await generateTree({ out: root, frames: { train: frames, val: 0 }, ...size, seed: 1 });
    const generated = (frames * 1000) / (performance.now() - start);
    const dataset = await openDataset(root);
    const disk = diskCached(dataset, {
      folder: join(folder, 'cache'),
      maximumBytes: 1e9,
      key: 'bench',
    });
    const memory = cached(dataset);
    const rows: [string, number][] = [
      ['generate, one process', generated],
      ['read files', await fastest(dataset)],
      ['read disk cache', await fastest(disk)],
      ['read memory cache', await fastest(memory)],
    ];
    const waiting = await waitingShare(memory);
    const [cpu] = cpus();
    console.log(
      `${frames} frames of ${size.width} × ${size.height}; ${cpu.model}, Node ${process.version}`,
    );
    for (const [name, rate] of rows) console.log(`${name.padEnd(22)} ${rate.toFixed(1)} frames/s`);
    console.log(`training waits for data ${(100 * waiting).toFixed(1)} % of the time`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Frames per second of the fastest of three epochs after one that fills the caches. */
async function fastest(dataset: Dataset): Promise<number> {
  let best = 0;
  for (let epoch = 0; epoch < 4; epoch++) {
    const start = performance.now();
    let count = 0;
    const stream = batches({
      dataset,
      split: 'train',
      size,
      batchSize: 8,
      seed: epoch,
      epochs: 1,
      encode: ({ image, semantic, disparity }) => ({
        image: Float32Array.from(image),
        semantic: Int32Array.from(semantic!),
        disparity: disparity!,
      }),
    });
    for await (const batch of stream) count += batch.ids.length;
    if (epoch > 0) best = Math.max(best, (count * 1000) / (performance.now() - start));
  }
  return best;
}

/**
 * Part of a training loop's time that goes into data, 0 … 1: the step of workload b (the size of the
 * standard profile) on batches from memory, flipped at random and encoded for three tasks.
 */
async function waitingShare(dataset: Dataset, steps = 40): Promise<number> {
  const tasks = [semantic(dataset.classes.length), instance(), depth()] as Task[];
  const { run, signature, inputs } = stepOf(workloads.find(({ id }) => id === 'b')!);
  const compiled = await compile(run, signature);
  const stream = batches({
    dataset,
    split: 'train',
    size,
    batchSize: 8,
    seed: 1,
    transform: horizontalFlip(),
    encode: (sample) => sampleArrays(sample, tasks, imageNetNormalisation),
  });
  let engine = 0;
  let start = 0;
  // The first steps compile the JavaScript and fill the cache.
  for (let step = -10; step < steps; step++) {
    if (step === 0) {
      engine = 0;
      start = performance.now();
    }
    const { value } = (await stream.next()) as { value: { arrays: Record<string, Float32Array> } };
    const before = performance.now();
    await compiled.run({ ...inputs, ...value.arrays } as never);
    engine += performance.now() - before;
  }
  const total = performance.now() - start;
  await compiled.dispose();
  return (total - engine) / total;
}
