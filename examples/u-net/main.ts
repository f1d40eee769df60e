import { pathToFileURL } from 'node:url';
import { maskedCrossEntropy } from '@scene-mtl/core';
import { generateTree, legendOf, openDataset, type Dataset } from '@scene-mtl/datasets';
import { asTfDataset } from '@scene-mtl/datasets/tf-data';
import { compile } from '@scene-mtl/runtime';
import { imageNetNormalisation, sampleArrays, targetsFor } from '@scene-mtl/vision-heads/targets';
import * as tf from '@tensorflow/tfjs';
import { unet } from './u-net.ts';

type Floats = Readonly<Record<string, Float32Array>>;

/** What to train, and on what. */
export interface Options {
  /** With classes of pixels. */
  readonly dataset: Dataset;
  readonly steps: number;
  /** The file that gets the network. */
  readonly out: string;
  /** Channels of the first level. */
  readonly width: number;
}

/**
 * Trains a U-Net on classes of pixels with a step of one's own, compiled once, and writes it as ONNX.
 * @returns the loss of each step
 */
export async function main({ dataset, steps, width, out }: Options): Promise<number[]> {
  const size = { height: 32, width: 64 };
  const [B, H, W] = [4, size.height, size.width];
  const { semantic } = targetsFor(dataset);
  const stream = asTfDataset({
    ...{ dataset, split: 'train', size, batchSize: B, seed: 1 },
    encode: (sample) => sampleArrays(sample, [semantic], imageNetNormalisation),
  });

  const model = unet({ size, width, depth: 2, outputs: legendOf(dataset).classes.length });
  const optimiser = tf.train.adam(3e-3);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  type Batch = { readonly image: tf.Tensor; readonly target: tf.Tensor; readonly mask: tf.Tensor };
  const step = await compile(
    ({ image, target, mask }: Batch) => {
      const lossOf = () =>
        maskedCrossEntropy(model.apply(image, { training: true }) as tf.Tensor, target, mask);
      return { loss: optimiser.minimize(lossOf, true, variables) as tf.Scalar };
    },
    {
      image: { shape: [B, H, W, 3], dtype: 'float32' },
      target: { shape: [B, H, W, 1], dtype: 'float32' },
      mask: { shape: [B, H, W, 1], dtype: 'float32' },
    },
  );
  const losses: number[] = [];
  const batches = await stream.iterator();
  for (let i = 0; i < steps; i++) {
    const { arrays } = (await batches.next()).value as unknown as { readonly arrays: Floats };
    const { loss } = await step.run({
      image: arrays['image'],
      target: arrays['target/semantic'],
      mask: arrays['mask/semantic'],
    });
    losses.push(loss[0]);
  }
  // From the engine into the variables, for the step that is written.
  await step.pull();
  await step.dispose();
  const predict = await compile(
    ({ image }: { readonly image: tf.Tensor }) => ({ classes: model.apply(image) as tf.Tensor }),
    { image: { shape: [1, H, W, 3], dtype: 'float32' } },
  );
  await predict.save(out);
  await predict.dispose();
  return losses;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [tree, frames] = ['runs/u-net/scenes', { train: 100, val: 0 }];
  await generateTree({ out: tree, frames, height: 32, width: 64, seed: 1 });
  const dataset = await openDataset(tree);
  const losses = await main({ dataset, steps: 200, width: 16, out: 'runs/u-net/u-net.onnx' });
  for (let i = 0; i < losses.length; i += 20)
    console.log(`step ${i}: loss ${losses[i].toFixed(3)}`);
}
