import { readFileSync } from 'node:fs';
import { compile } from '@scene-mtl/runtime';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  imageClassifier,
  loadTorchvision,
  resNet,
  torchvisionName,
  type ResNetDepth,
  type StoredTensor,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { hashed } from './hashed.ts';

beforeAll(useCpu);

interface Case {
  depth: 18 | 50;
  outputStride: 8 | 16 | 32;
  shape: number[];
  featuresEvery: number;
  features: number[];
  logits: number[];
}
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/resnet-torchvision.json', import.meta.url), 'utf8'),
) as { program: string; cases: Case[] };

/** A tensor of the fixture's state dict, in torch's layout. */
function stateTensor(name: string, shape: readonly number[]): StoredTensor {
  const u = hashed(
    shape.reduce((a, b) => a * b, 1),
    name,
  );
  const scaled = (factor: number, offset = 0) => {
    const data = new Float32Array(u.length);
    for (let i = 0; i < u.length; i++) data[i] = u[i] * factor + offset;
    return { shape, data };
  };
  if (shape.length === 4) return scaled(Math.sqrt((12 * 2) / (shape[1] * shape[2] * shape[3])));
  if (shape.length === 2) return scaled(Math.sqrt(12 / shape[1]));
  if (name.endsWith('running_var')) return scaled(0.4, 1);
  return name.endsWith('weight') ? scaled(0.4, 0.5) : scaled(0.2);
}

/** The state dict that torchvision would give for a model of ours. */
function stateDict(model: tf.LayersModel): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const weight of model.weights) {
    const name = torchvisionName(weight.originalName) as string;
    const s = weight.shape as number[];
    const shape = s.length === 4 ? [s[3], s[2], s[0], s[1]] : s.slice().reverse();
    tensors.set(name, stateTensor(name, shape));
  }
  return tensors;
}

// `sum(p.numel() for p in model.parameters())` of torchvision 0.15.2; without the moving averages.
const PARAMETERS: Record<ResNetDepth, number> = {
  18: 11_689_512,
  34: 21_797_672,
  50: 25_557_032,
  101: 44_549_160,
};

const countOf = (model: tf.LayersModel): number =>
  model.trainableWeights.reduce(
    (total, w) => total + (w.shape as number[]).reduce((a, b) => a * b, 1),
    0,
  );

test.each(fixture.cases)(
  'ResNet $depth at output stride $outputStride has the size and the outputs of torchvision',
  async ({ depth, outputStride, shape, featuresEvery, features, logits }) => {
    const model = imageClassifier(resNet({ depth, outputStride }), 1000, [32, 32], 1);
    expect(countOf(model)).toBe(PARAMETERS[depth]);
    const loaded = loadTorchvision(model, stateDict(model));
    expect(loaded.length).toBe(model.weights.length);
    const image = Float32Array.from(hashed(32 * 32 * 3, 'image'), (v) => 4 * v);
    const pooled = model.getLayer('pool').input as tf.SymbolicTensor;
    const both = tf.model({ inputs: model.inputs, outputs: [pooled, model.outputs[0]] });
    const compiled = await compile(
      ({ image: x }) => {
        const [f, l] = both.apply(x) as tf.Tensor[];
        return { f, l };
      },
      { image: { shape: [1, 32, 32, 3], dtype: 'float32' } },
    );
    const { f, l } = await compiled.run({ image });
    await compiled.dispose();
    expect(compiled.outputShapes.f).toEqual(shape);
    const every = Float32Array.from(f).filter((_, i) => i % featuresEvery === 0);
    const scale = Math.max(...features.map(Math.abs));
    // Relative to the largest activation: 50 layers of float32 sums in another order.
    expect(every).toBeAllClose(features, { atol: 1e-4 * scale, rtol: 1e-4 });
    expect(Float32Array.from(l).slice(0, logits.length)).toBeAllClose(logits, {
      atol: 1e-4 * scale,
    });
    model.dispose();
  },
);

test.each([34, 101] as const)(
  'ResNet %i with 1000 classes has the parameters of torchvision',
  (depth) => {
    const model = imageClassifier(resNet({ depth, outputStride: 32 }), 1000, [32, 32], 1);
    expect(countOf(model)).toBe(PARAMETERS[depth]);
    model.dispose();
  },
);

test('every 3×3 convolution of a dilated stage is dilated, and none has a stride', () => {
  const model = imageClassifier(resNet({ depth: 18, outputStride: 8 }), 10, [32, 32], 1);
  const geometry = (stage: number) =>
    model.layers
      .filter((l) => l.getClassName() === 'Conv2D' && l.name.includes(`stage${stage}/`))
      .map(
        (l) => l.getConfig() as { kernelSize: number[]; dilationRate: number[]; strides: number[] },
      )
      .filter((c) => c.kernelSize[0] === 3);
  for (const [stage, dilation] of [
    [3, 2],
    [4, 4],
  ]) {
    const configs = geometry(stage);
    expect(configs.length).toBe(4);
    for (const c of configs) {
      expect(c.dilationRate).toEqual([dilation, dilation]);
      expect(c.strides).toEqual([1, 1]);
    }
  }
  expect(geometry(2)[0].strides).toEqual([2, 2]);
  model.dispose();
});

test('output strides that a ResNet cannot have are refused', () => {
  expect(() => resNet({ depth: 18, outputStride: 2 as never })).toThrow('got 2');
  expect(() => resNet({ depth: 20 as never })).toThrow('18, 34, 50 or 101, got 20');
});
