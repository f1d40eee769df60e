import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../src/index.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

const { layers } = tf;

const quarter = 'mobilenet-v1-0.25-224';

/** Tensors by name: one file per group, float32 back to back in the order of the manifest. */
function mobileNetWeights(): Map<string, tf.Tensor> {
  const folder = sharedData(quarter);
  const { weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
    weightsManifest: { paths: string[]; weights: { name: string; shape: number[] }[] }[];
  };
  const tensors = new Map<string, tf.Tensor>();
  for (const { paths, weights } of weightsManifest) {
    const bytes = Buffer.concat(paths.map((path) => readFileSync(join(folder, path))));
    let offset = 0;
    for (const { name, shape } of weights) {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = new Float32Array(
        Uint8Array.from(bytes.subarray(offset, offset + 4 * size)).buffer,
      );
      offset += 4 * size;
      tensors.set(name, tf.tensor(values, shape));
    }
  }
  return tensors;
}

/** MobileNet v1 (Howard et al. 2017), width 0.25: strides 2 in conv1 and blocks 2, 4, 6 and 12. */
function mobileNet(): tf.LayersModel {
  const input = tf.input({ shape: [224, 224, 3] });
  let x: tf.SymbolicTensor = input;
  const apply = (layer: tf.layers.Layer) => void (x = layer.apply(x) as tf.SymbolicTensor);
  const norm = (name: string) => {
    apply(layers.batchNormalization({ name: `${name}_bn`, epsilon: 1e-3 }));
    apply(layers.reLU({ maxValue: 6 }));
  };
  const common = { padding: 'same', useBias: false } as const;
  apply(layers.conv2d({ ...common, name: 'conv1', filters: 8, kernelSize: 3, strides: 2 }));
  norm('conv1');
  [16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256].forEach((filters, i) => {
    const k = i + 1;
    const strides = [2, 4, 6, 12].includes(k) ? 2 : 1;
    apply(layers.depthwiseConv2d({ ...common, name: `conv_dw_${k}`, kernelSize: 3, strides }));
    norm(`conv_dw_${k}`);
    apply(layers.conv2d({ ...common, name: `conv_pw_${k}`, filters, kernelSize: 1 }));
    norm(`conv_pw_${k}`);
  });
  apply(layers.globalAveragePooling2d({}));
  apply(layers.reshape({ targetShape: [1, 1, 256] }));
  apply(layers.conv2d({ name: 'conv_preds', filters: 1000, kernelSize: 1 }));
  return tf.model({ inputs: input, outputs: x });
}

withData(quarter)(
  'MobileNet v1 0.25 with its ImageNet weights gives the same logits captured as eagerly',
  async () => {
    const model = mobileNet();
    const weights = mobileNetWeights();
    for (const weight of model.weights) {
      const name = weight.originalName.replace(/_\d+$/, '');
      const value = weights.get(name);
      if (!value) throw new Error(`no weight named ${name}`);
      weight.write(value);
    }
    expect(weights.size).toBe(model.weights.length);
    const signature = { image: { shape: [1, 224, 224, 3], dtype: 'float32' } } as const;
    // A smooth picture in [−1, 1]: noise alone leaves every class about as likely.
    const image = Float32Array.from({ length: 224 * 224 * 3 }, (_, i) => {
      const [y, px, c] = [Math.floor(i / 672), Math.floor(i / 3) % 224, i % 3];
      return Math.sin(y / 17 + c) * Math.cos(px / (23 - 5 * c));
    });
    const forward = ({ image: x }: { image: tf.Tensor }) => ({
      logits: model.predict(x) as tf.Tensor,
    });
    const { logits } = await (await compile(forward, signature, { engine: 'cpu' })).run({ image });
    for (const options of [{}, { block: 0 }]) {
      const captured = await compile(forward, signature, { threads: 1, ...options });
      expect((await captured.run({ image })).logits).toBeAllClose(logits, {
        atol: 1e-4,
        rtol: 1e-4,
      });
      await captured.dispose();
    }
    const spread = Math.max(...logits) - Math.min(...logits);
    expect(spread).toBeGreaterThan(5);
  },
);
