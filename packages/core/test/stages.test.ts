import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  convolution,
  dilatedResidual,
  inside,
  mobileNet,
  multiTaskModel,
  resNet,
  stagedEncoder,
  withAspp,
  type Encoder,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { toyTask } from './toy.ts';

beforeAll(useCpu);

const small = { channels: 4, rates: [1] } as const;

// Names, strides and channels of the stages: He et al. 2016, table 1; Howard et al. 2017, table 1
// at α 0.25; strides stop at the output stride.
const encoders: [Encoder, [string, number, number][]][] = [
  [
    dilatedResidual({ stem: 4, channels: [4, 8, 12], blocks: [1, 2, 1], aspp: small }),
    [
      ['stem', 2, 4],
      ['stage1', 4, 4],
      ['stage2', 8, 8],
      ['stage3', 8, 12],
      ['aspp', 8, 12],
    ],
  ],
  [
    resNet({ depth: 18, outputStride: 16 }),
    [
      ['stem', 2, 64],
      ['stage1', 4, 64],
      ['stage2', 8, 128],
      ['stage3', 16, 256],
      ['stage4', 16, 512],
    ],
  ],
  [
    withAspp(resNet({ depth: 50, outputStride: 32 }), { ...small, projection: 6 }),
    [
      ['stem', 2, 64],
      ['stage1', 4, 256],
      ['stage2', 8, 512],
      ['stage3', 16, 1024],
      ['stage4', 32, 2048],
      ['aspp', 32, 6],
    ],
  ],
  [
    mobileNet({ alpha: 0.25, outputStride: 8, blocks: 7 }),
    [
      ['stem', 2, 8],
      ['block1', 2, 16],
      ['block2', 4, 32],
      ['block3', 4, 32],
      ['block4', 8, 64],
      ['block5', 8, 64],
      ['block6', 8, 128],
      ['block7', 8, 128],
    ],
  ],
];

test.each(encoders)('the stages of $name are as stated', (encoder, expected) => {
  const image = tf.input({ shape: [64, 96, 3] });
  const stages = encoder.build(image, { name: 'encoder', seed: 1, owner: 'shared' });
  expect(stages.map(({ name, stride, channels }) => [name, stride, channels])).toEqual(expected);
  for (const { stride, channels, features } of stages) {
    expect(features.shape).toEqual([null, 64 / stride, 96 / stride, channels]);
  }
  const [, stride, channels] = expected[expected.length - 1];
  expect([encoder.outputStride, encoder.channels]).toEqual([stride, channels]);
});

test('stages may be built one by one, with something in between', () => {
  const { stages } = encoders[0][0];
  const scope = { name: 'own', seed: 1, owner: { task: 'a' } } as const;
  let x = tf.input({ shape: [16, 16, 3] });
  for (const stage of stages.slice(0, 3)) {
    x = stage.build(x, scope);
    x = convolution(x, inside(scope, `mix/${stage.name}`), { filters: stage.channels, kernel: 1 });
  }
  expect(x.shape).toEqual([null, 2, 2, 8]);
  expect(x.sourceLayer.name).toBe('own/mix/stage2');
});

test('a decoder may read a stage that is not the last', () => {
  const low = toyTask('low', 'laplace', 1);
  const tasks = [
    toyTask('high', 'laplace', 1),
    {
      ...low,
      decoder: ((_, size, options) =>
        low.decoder(options.stages[1].features, size, options)) as typeof low.decoder,
    },
    toyTask('other', 'laplace', 1),
  ];
  const encoder = encoders[0][0];
  const { weights } = multiTaskModel({ encoder, tasks, size: [16, 16], seed: 1 });
  const shapes = weights.filter(({ name }) => name.endsWith('output/kernel'));
  expect(shapes.map(({ name, variable }) => [name, variable.shape])).toEqual(
    expect.arrayContaining([
      ['high/output/kernel', [1, 1, 12, 1]],
      ['low/output/kernel', [1, 1, 4, 1]],
    ]),
  );
});

test('two stages of one name are refused', () => {
  const [stem] = encoders[0][0].stages;
  expect(() => stagedEncoder('twice', [stem, stem])).toThrow('distinct names, got stem, stem');
});
