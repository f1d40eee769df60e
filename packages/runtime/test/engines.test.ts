import { describe, expect, jest, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { catalogue, chooseEngine, compile, engineOf, tinyStep } from '../src/index.ts';
import { deviceError, missingDevice, onnxRuntime, reasonOf } from '../src/engines/device.ts';
import { onnxTarget } from '../src/engines/onnx.ts';
import { installedTensorFlow, loadTensorFlow } from '../src/engines/tensorflow.ts';

tf.env().set('PROD', true);

const twice = ({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) });
const signature = { x: { shape: [2], dtype: 'float32' } } as const;
const ort = await onnxRuntime();
const cuda = missingDevice(ort, 'cuda');
/** Skipped, visibly, on a machine that has the CUDA library. */
const noCuda = cuda === undefined ? test.skip : test;
const withCuda = cuda === undefined ? ' (skipped: the CUDA library is there)' : '';
const tensorFlow = installedTensorFlow().length > 0;
const trialOf = async (id: string) => tinyStep(engineOf(id).options).catch(reasonOf);
const gpu = await trialOf('onnx/webgpu');

describe('the tiny step', () => {
  test('has the losses worked out by hand on both engines that are always there', async () => {
    // 42.25 and 16.01: the arithmetic is in tiny-step.ts.
    const onnx = await tinyStep({ engine: 'onnx', device: 'cpu' });
    const cpu = await tinyStep({ engine: 'cpu' });
    expect(onnx.losses).toBeAllClose([42.25, 16.01], { rtol: 1e-5 });
    expect(cpu.losses).toBeAllClose([42.25, 16.01], { rtol: 1e-5 });
  });

  test('leaves no tensor and no change of backend behind', async () => {
    await tinyStep({ engine: 'cpu' });
    const before = tf.memory().numTensors;
    const backend = tf.getBackend();
    await tinyStep({ engine: 'cpu' });
    await tinyStep({ engine: 'onnx' });
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe(backend);
  });
});

describe('engine and device', () => {
  test('name themselves in the compiled step', async () => {
    const onnx = await compile(twice, signature, { engine: 'onnx', device: 'cpu' });
    const cpu = await compile(twice, signature, { engine: 'cpu' });
    expect([onnx.engine, cpu.engine]).toEqual(['onnx/cpu', 'eager/cpu']);
    await onnx.dispose();
  });

  test('an unknown engine or device, and a device for an eager engine, are errors', async () => {
    const bad = (options: object) => compile(twice, signature, options);
    await expect(bad({ engine: 'tensroflow' })).rejects.toThrow(
      "engine: expected one of onnx, tensorflow, cpu, got 'tensroflow'",
    );
    await expect(bad({ device: 'gpu' })).rejects.toThrow(
      "device: expected one of cpu, webgpu, cuda, got 'gpu'",
    );
    await expect(bad({ engine: 'cpu', device: 'cuda' })).rejects.toThrow(
      "device 'cuda' goes with engine 'onnx', got engine 'cpu'",
    );
  });

  test('blocked channels are for the CPU alone, unless asked for', async () => {
    expect((await onnxTarget({ device: 'cuda' })).block).toBe(0);
    expect((await onnxTarget({ device: 'webgpu' })).block).toBe(0);
    expect((await onnxTarget({ device: 'webgpu', block: 8 })).block).toBe(8);
    expect([0, 8, 16]).toContain((await onnxTarget({ device: 'cpu' })).block);
  });

  noCuda(
    `without the CUDA library the error names it and the command, and nothing falls back${withCuda}`,
    async () => {
      await expect(compile(twice, signature, { device: 'cuda' })).rejects.toThrow(
        /device cuda does not start: .*cuda.*to get it: npm run setup:gpu -- --onnx-cuda/,
      );
    },
  );

  if (typeof gpu === 'string') {
    test(`without a graphics adapter webgpu is an error (here: ${gpu})`, async () => {
      await expect(compile(twice, signature, { device: 'webgpu' })).rejects.toThrow(
        /device webgpu does not start: .*to get it: install a graphics driver/,
      );
    });
    test.skip(`webgpu agrees with the CPU: skipped, it does not start: ${gpu}`, () => undefined);
  } else {
    test('webgpu agrees with the CPU', async () => {
      const cpu = await tinyStep({ device: 'cpu' });
      expect(gpu.losses).toBeAllClose(cpu.losses, { rtol: 1e-4 });
    });
  }

  test('the error of a device keeps its cause', () => {
    const cause = new Error('no adapter');
    expect(deviceError('webgpu', 'no adapter', cause)).toHaveProperty('cause', cause);
  });

  test('a reason is one line, without the place in the source of ONNX Runtime', () => {
    const long =
      '/onnxruntime_src/a/b.cc:136 F(const G&)::<lambda()> s == S::Success was false. No adapter\nmore';
    expect(reasonOf(new Error(long))).toBe('No adapter');
    expect(reasonOf('plain')).toBe('plain');
    expect(reasonOf(undefined)).toBe('undefined');
  });
});

describe('tensorflow', () => {
  if (tensorFlow) {
    test.skip('without its package it is an error: skipped, the package is installed', () =>
      undefined);
  } else {
    test('without its package the error says which are missing and how to get one', async () => {
      await expect(compile(twice, signature, { engine: 'tensorflow' })).rejects.toThrow(
        /none of @tensorflow\/tfjs-node-gpu, @tensorflow\/tfjs-node is installed. To get it: npm run setup:gpu/,
      );
    });

    test('a failure is not kept: the next call looks again', async () => {
      const first = loadTensorFlow();
      await expect(first).rejects.toThrow('does not start');
      expect(loadTensorFlow()).not.toBe(first);
      await expect(loadTensorFlow()).rejects.toThrow('does not start');
    });
  }
});

describe('chooseEngine', () => {
  test('takes onnx on the CPU first and says what it passed over', async () => {
    const say = jest.fn<(line: string) => void>();
    const { id, options, line } = await chooseEngine({ say });
    expect(id).toBe('onnx/cpu');
    expect(options).toEqual({ engine: 'onnx', device: 'cpu' });
    expect(line).toBe(
      'engine onnx/cpu; later in the order: onnx/webgpu, onnx/cuda, tensorflow, cpu',
    );
    expect(say.mock.calls).toEqual([[line]]);
  });

  noCuda(
    `goes on to the next that works, with the reason of each that does not${withCuda}`,
    async () => {
      const { id, line } = await chooseEngine({
        among: ['onnx/cuda', 'cpu'],
        say: () => undefined,
      });
      expect(id).toBe('cpu');
      expect(line).toBe(
        `engine cpu; not onnx/cuda: ${cuda}; not asked for: onnx/cpu, onnx/webgpu, tensorflow`,
      );
    },
  );

  noCuda(`none left is an error with every reason${withCuda}`, async () => {
    await expect(chooseEngine({ among: ['onnx/cuda'] })).rejects.toThrow(
      `no engine runs: not onnx/cuda: ${cuda}`,
    );
  });

  test('an unknown id is an error that names the known ones', async () => {
    await expect(chooseEngine({ among: ['tpu' as 'cpu'] })).rejects.toThrow(
      "engine 'tpu': expected one of onnx/cpu, onnx/webgpu, onnx/cuda, tensorflow, cpu",
    );
  });

  test('the catalogue gives each entry what compile takes', () => {
    for (const { id, options } of catalogue) {
      expect([options.engine, options.device].filter(Boolean).join('/')).toBe(id);
    }
  });
});
