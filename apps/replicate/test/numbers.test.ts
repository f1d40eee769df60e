import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import type { Json, MeasuredRun, Trained } from '@scene-mtl/lab';
import * as tf from '@tensorflow/tfjs';
import { numbersArm } from '../src/numbers/arm.ts';
import { columnBatches } from '../src/numbers/batches.ts';
import { drawnColumns } from '../src/numbers/drawn.ts';
import type { GivenNumbers, NumbersSpec } from '../src/numbers/kind.ts';
import { changedLabels } from '../src/numbers/labels.ts';
import type { NumbersMeasurement } from '../src/numbers/measurement.ts';
import { denseNetwork, type DenseShape } from '../src/numbers/network.ts';
import { judgedOutputs, outputKinds } from '../src/numbers/outputs.ts';
import { numbersProgram } from '../src/numbers/program.ts';
import { stoppedMetrics, stops } from '../src/numbers/stopping.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const config: GivenNumbers = {
  ...{ inputs: ['x'], hidden: [8], train: 64, val: 40, test: 50 },
  ...{ steps: 80, evalEvery: 20, batchSize: 16, learningRate: 0.05 },
};

/** Sums of two numbers; one of them is not always known. */
const lines = numbersProgram({
  ...{ name: 'lines', module: import.meta.url, config },
  tasks: { sum: 'linear', both: 'linear', sign: 'binary', shifted: 'linear' },
  draw(random, { noise = 0 }) {
    const x = [random.normal(), random.normal()];
    const sum = x[0] + x[1] + noise * random.normal();
    return {
      ...{ x, sum, sign: Number(sum > 0), shifted: sum + 1 },
      both: random.next() < 0.5 ? [x[0], -x[1]] : [NaN, NaN],
    };
  },
  hints: {
    // f(0) = 0, whatever the labels say.
    zero: () => ({
      objective: {
        ...{ name: 'zero', stream: 'virtual', arrays: {} },
        loss: (forward, batch) => ({
          value: tf.mean(tf.square(forward(batch).outputs['shifted'])),
          present: tf.scalar(1),
        }),
      },
      stream: {
        batchSize: 1,
        async *batches() {
          for (;;) yield await Promise.resolve({ arrays: { x: new Float32Array(2) } });
        },
      },
    }),
  },
});

const specOf = (tasks: readonly string[], change: Partial<GivenNumbers> = {}): NumbersSpec => ({
  ...numbersArm(lines, { slug: '', title: '' }, tasks, { ...config, ...change }).spec,
  seed: 3,
});

/** Trains in a folder of its own; `stopAt` is where it is stopped and begun again; `measure` looks at the result. */
async function trained(
  spec: NumbersSpec,
  {
    stopAt,
    measure,
    engine,
  }: { stopAt?: number; measure?: NumbersMeasurement['measure']; engine?: 'cpu' } = {},
): Promise<Trained & { measured?: Json }> {
  const folder = await mkdtemp(join(tmpdir(), 'numbers-'));
  const session = lines.start({ runs: folder, line: { update: () => {}, print: () => {} } });
  const run = (stop?: number) =>
    session.train({
      ...{
        spec,
        id: 'lines',
        folder,
        compile: { ...(engine && { engine }) },
        dataWorkers: 0,
        grids: 0,
      },
      onProgress({ step }) {
        if (step === stop) throw new Error('stopped');
      },
    });
  try {
    if (stopAt !== undefined) await expect(run(stopAt)).rejects.toThrow('stopped');
    const result = await run();
    if (!measure) return result;
    const place = { spec, folder } as MeasuredRun<NumbersSpec>;
    return { ...result, measured: await session.measure!({ measure } as never, place) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a run', () => {
  test('learns numbers, some of them not known, and the same ones each time', async () => {
    const spec = specOf(['sum', 'both', 'sign'], { snapshots: true });
    const { result } = await trained(spec);
    // Deviations of the targets: √2 and 1; half of the signs are 1.
    expect(result.metrics['sum/rms']).toBeLessThan(0.5 * Math.SQRT2);
    expect(result.metrics['both/rms']).toBeLessThan(0.7);
    expect(result.metrics['sign/error']).toBeLessThan(20);
    // 2 · 8 + 8, 8 + 1, 8 · 2 + 2, 8 + 1
    expect(result.parameters).toBe(24 + 9 + 18 + 9);
    // Snapshots are points to go on from.
    expect((await trained(spec, { stopAt: 50 })).result).toEqual(result);
  });

  test.each([
    ['several layers', { hidden: [6, 5], activation: 'sigmoid' }],
    ['elu and weight decay', { activation: 'elu', weightDecay: 0.01 }],
    ['softplus, one task blocked', { activation: 'softplus', blocked: ['both'] }],
    ['relu, no momentum', { activation: 'relu', momentum: 0 }],
  ] as const)('gives by plain loops what the engine gives: %s', async (_, change) => {
    const spec = specOf(['sum', 'both', 'sign'], change as Partial<GivenNumbers>);
    const [plain, engine] = [await trained(spec), await trained(spec, { engine: 'cpu' })];
    expect([plain.timing.engine, engine.timing.engine]).toEqual(['plain', 'cpu']);
    const names = Object.keys(engine.result.metrics);
    expect(Object.keys(plain.result.metrics)).toEqual(names);
    for (const name of names) {
      // Relative: both compute in float32, in another order.
      const [a, b] = [plain, engine].map(({ result }) => result.metrics[name]);
      expect(Math.abs(a - b)).toBeLessThanOrEqual(2e-4 * Math.abs(b));
    }
  });

  // Of the same layers as hard sharing, of more on the way, and of two trunks.
  test.each(['gradient-reversal', 'mtan', 'cross-stitch'])(
    'leaves %s to the engine',
    async (name) => {
      const architecture = { name, options: {} };
      const { timing } = await trained(specOf(['sum', 'both'], { architecture, steps: 3 }));
      expect(timing.engine).toBe('onnx');
    },
  );

  test('measures the network that was kept for a task', async () => {
    const { result, measured } = await trained(specOf(['sum', 'both'], { snapshots: true }), {
      async measure({ columns: { test: seen }, network }) {
        const { arrays, count } = seen;
        const x = tf.tensor2d(arrays['x'], [count, 2]);
        const { outputs } = (await network('sum')).forward({ x }, { training: false });
        const raw = outputs['sum'].dataSync();
        const [target, mask] = [arrays['target/sum'], arrays['mask/sum']];
        return judgedOutputs(outputKinds.linear, raw, target, mask);
      },
    });
    // What was computed in the engine while it was trained.
    expect((measured as { rms: number }).rms).toBeCloseTo(result.metrics['sum/rms'], 5);
  });

  test('takes further objectives by their names', async () => {
    const at = async (hints: string[]) =>
      Math.abs(
        (await trained(specOf(['shifted'], { hints }), { measure: atZero })).measured as number,
      );
    // The labels say 1 there.
    expect(await at([])).toBeGreaterThan(0.8);
    expect(await at(['zero'])).toBeLessThan(0.7);
    await expect(trained(specOf(['sum'], { hints: ['one'] }))).rejects.toThrow(
      'lines: there is no hint one; expected one of: zero',
    );
  });

  test('refuses what is not there', async () => {
    await expect(trained(specOf(['product']))).rejects.toThrow('product is no task');
    await expect(trained(specOf(['sum'], { inputs: ['y'] }))).rejects.toThrow('have no y');
    await expect(trained(specOf(['sum'], { blocked: ['both'] }))).rejects.toThrow(
      'blocked names both; expected one of sum',
    );
    await expect(trained(specOf(['sum'], { batchSize: 65 }))).rejects.toThrow('no batch of 65');
  });
});

const atZero: NumbersMeasurement['measure'] = async ({ network }) => {
  const { outputs } = (await network('last')).forward({ x: tf.zeros([1, 2]) }, { training: false });
  return outputs['shifted'].dataSync()[0];
};

describe('examples', () => {
  const drawn = {
    ...{ name: 'pairs', tasks: { sum: 'linear', part: 'linear' } as const },
    draw: (random: { next(): number }) => {
      const x = [random.next(), random.next()];
      return { x, extra: 7, sum: x[0] + x[1], part: x[0] > 0.5 ? x[0] : NaN };
    },
  };
  const of = (change: Partial<NumbersSpec['config']> = {}, seed = 1) =>
    drawnColumns(
      drawn,
      { ...specOf(['sum']).config, ...change },
      ['sum', 'part', ...Object.keys(change.labels ?? {})],
      'train',
      seed,
    );

  test('depend on seed, split and number alone', () => {
    const [few, many] = [of({ train: 2 }), of({ train: 9 })];
    expect(many.arrays['x'].slice(0, 4)).toEqual(few.arrays['x']);
    expect(of({ train: 2 }, 2).arrays['x']).not.toEqual(few.arrays['x']);
    expect(many.arrays['mask/part']).toEqual(
      Float32Array.from({ length: 9 }, (_, i) => Number(many.arrays['x'][2 * i] > 0.5)),
    );
  });

  test('are read as the fields that are named', () => {
    const { arrays, widths } = of({ train: 3, inputs: ['extra', 'x'] });
    expect(widths['x']).toBe(3);
    expect([0, 3, 6].map((i) => arrays['x'][i])).toEqual([7, 7, 7]);
  });

  test('come in batches, every one once an epoch, from any batch on', async () => {
    const columns = of({ train: 7 });
    const from = async (first: number, count: number) => {
      const taken: number[][] = [];
      for await (const { arrays } of columnBatches(columns, 3, 1, first)) {
        taken.push([...arrays['target/sum']]);
        if (taken.length === count) break;
      }
      return taken;
    };
    const six = await from(0, 6);
    expect(await from(4, 2)).toEqual(six.slice(4));
    // Two batches of three of seven examples make an epoch.
    for (const epoch of [0, 2, 4]) expect(new Set(six.slice(epoch, epoch + 2).flat()).size).toBe(6);
    expect(new Set(six.flat()).size).toBe(7);
  });
});

describe('labels of controls', () => {
  const labels = {
    width: 2,
    values: Float32Array.of(1, 2, 0, 0, 5, 6),
    known: Float32Array.of(1, 0, 1),
  };
  const made = (as: 'copy' | 'shuffled' | 'noise' | 'coin', seed = 1) =>
    changedLabels(labels, as, [2, 0, 1], stream(seed));

  test('shuffled: whole rows of other examples, known as they were', () => {
    expect(made('shuffled')).toEqual({
      ...{ width: 2, values: Float32Array.of(5, 6, 1, 2, 0, 0), known: Float32Array.of(1, 1, 0) },
    });
    expect(made('copy')).toBe(labels);
  });

  test('noise: of the mean and deviation of what is known', () => {
    const many = {
      ...{ width: 1, values: new Float32Array(4000).map((_, i) => (i % 2 ? 3 : 5)) },
      known: new Float32Array(4000).fill(1),
    };
    const { values } = changedLabels(many, 'noise', [], stream(1));
    const mean = values.reduce((a, b) => a + b) / 4000;
    // Mean 4, deviation 1: four standard errors.
    expect(Math.abs(mean - 4)).toBeLessThan(4 / Math.sqrt(4000));
    expect(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 4000).toBeCloseTo(1, 0);
  });

  test('a coin: 0 and 1, also where nothing was known', () => {
    const { values, known } = made('coin');
    expect(values.every((value) => value === 0 || value === 1)).toBe(true);
    expect([...known]).toEqual([1, 1, 1]);
  });
});

describe('outputs', () => {
  test.each([
    // Errors 1 and −2 of the first example, which alone is known: (1 + 4), √(5 / 2).
    ['linear', [2, 1, 9, 9], { loss: 5, rms: Math.sqrt(2.5) }],
    // σ(0) = 1/2, against 1 and 3: 0.25 + 6.25.
    ['sigmoid', [0, 0, 9, 9], { loss: 6.5, rms: Math.sqrt(3.25) }],
  ] as const)('%s', (name, raw, expected) => {
    expect(judgedOutputs(outputKinds[name], raw, [1, 3, 0, 0], [1, 0])).toEqual(expected);
  });

  test('binary', () => {
    const { loss, error, rms } = judgedOutputs(outputKinds.binary, [2, 2], [1, 0], [1, 1]);
    // log(1 + exp(−2)) = 0.126928, log(1 + exp(2)) = 2.126928
    expect(loss).toBeCloseTo((0.126928 + 2.126928) / 2, 6);
    expect(error).toBe(50);
    // σ(2) = 0.880797
    expect(rms).toBeCloseTo(Math.sqrt((0.119203 ** 2 + 0.880797 ** 2) / 2), 6);
  });

  test.each(Object.entries(outputKinds))('%s: trained as it is judged', (_, kind) => {
    const [raw, target, mask] = [
      [0.3, -1.2, 2, 0.1],
      [1, 0, 0, 1],
      [1, 1],
    ];
    const loss = kind.loss(
      ...([
        tf.tensor2d(raw, [2, 2]),
        tf.tensor2d(target, [2, 2]),
        tf.tensor2d(mask, [2, 1]),
      ] as const),
    );
    expect(loss.dataSync()[0]).toBeCloseTo(judgedOutputs(kind, raw, target, mask)['loss'], 5);
  });
});

describe('a network', () => {
  const shape: DenseShape = {
    ...{ inputs: 3, hidden: [4, 5], own: {}, activation: 'tanh', blocked: [], seed: 1 },
    outputs: [
      ['left', 1],
      ['right', 2],
    ],
  };
  const valuesOf = (network: ReturnType<typeof denseNetwork>) =>
    new Map(network.weights.map(({ name, variable }) => [name, [...variable.dataSync()]]));

  test('has layers for all and layers of its own', () => {
    const network = denseNetwork({ ...shape, own: { right: [6] } });
    expect(
      network.weights.map(({ name, owner, variable }) => [name, owner, variable.size]),
    ).toEqual(
      expect.arrayContaining([
        ['encoder/hidden1/kernel', 'shared', 12],
        ['encoder/hidden2/kernel', 'shared', 20],
        ['left/output/kernel', { task: 'left' }, 5],
        ['right/hidden1/kernel', { task: 'right' }, 30],
        ['right/output/kernel', { task: 'right' }, 12],
      ]),
    );
  });

  test('begins the same with tasks more or fewer', () => {
    const [one, two] = [[shape.outputs[0]], shape.outputs].map((outputs) =>
      valuesOf(denseNetwork({ ...shape, outputs })),
    );
    for (const [name, values] of one) expect(two.get(name)).toEqual(values);
  });

  test('keeps the gradients of blocked tasks from what is shared', () => {
    const gradientOf = (blocked: string[], task: string) => {
      const network = denseNetwork({ ...shape, blocked });
      const shared = network.weights.find(({ name }) => name === 'encoder/hidden1/kernel')!;
      const { grads } = tf.variableGrads(() => {
        const { outputs } = network.forward({ x: tf.ones([1, 3]) }, { training: true });
        return tf.sum<tf.Scalar>(outputs[task]);
      });
      return tf.sum(tf.abs(grads[shared.variable.name])).dataSync()[0];
    };
    expect(gradientOf(['right'], 'right')).toBe(0);
    expect(gradientOf(['right'], 'left')).toBe(gradientOf([], 'left'));
    expect(gradientOf([], 'right')).toBeGreaterThan(0);
  });
});

describe('stopping', () => {
  const at = (step: number, a: number, b: number) => ({
    step,
    metrics: {
      ...{ 'val/a/loss': a, 'val/b/loss': b, 'val/loss': a + b },
      ...{ 'train/a/loss': a / 2, 'test/a/rms': a + 0.1, 'test/b/rms': b + 0.1 },
    },
  });
  const log = [at(1, 5, 9), at(2, 3, 4), at(3, 4, 2), at(4, 9, 3), at(5, 3, 9)];

  test.each([
    ['task', 2, 3],
    ['main', 2, 2],
    // 14, 7, 6, 12, 12
    ['joint', 3, 3],
    ['last', 5, 5],
  ] as const)('%s', (rule, a, b) => {
    const found = stops(log, ['a', 'b'], rule);
    expect([found['a'].step, found['b'].step]).toEqual([a, b]);
  });

  test('gives what was seen on the test examples then', () => {
    expect(stoppedMetrics(log, ['a', 'b'], 'task')).toEqual({
      ...{ 'a/rms': 3.1, 'a/train-loss': 1.5, 'a/stop': 2 },
      ...{ 'b/rms': 2.1, 'b/train-loss': NaN, 'b/stop': 3 },
    });
  });
});
