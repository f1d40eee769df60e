import { compile } from '@scene-mtl/runtime';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import {
  balancerNamed,
  convolution,
  dense,
  gradientMethods,
  inside,
  MAIN_STREAM,
  multiTaskModel,
  network,
  objectiveOf,
  parametersOf,
  sgd,
  stagedEncoder,
  trainingStep,
  upsampleTo,
  type Balancer,
  type Head,
  type MultiTaskModel,
  type Objective,
  type Parameter,
  type Runnable,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { gradientError, tinyEncoder, toyArrays, toyTask, toyTasks } from '../toy.ts';
import { compiledOf, problem } from './plane.ts';

beforeAll(useCpu);

const of = { mode: 'representation' } as const;
const place = { objectives: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] };
const refusesMode = (method: (typeof gradientMethods)[number]): boolean => {
  const { name } = method;
  try {
    method.make(place, of);
    return false;
  } catch (error) {
    expect((error as Error).message).toMatch(
      new RegExp(
        `^${name}: mode representation: it keeps \\w+ from batch to batch, .*use mode=param`,
      ),
    );
    return true;
  }
};

test('only methods that keep numbers of every element refuse it', () => {
  expect(gradientMethods.filter(refusesMode).map(({ name }) => name)).toEqual([
    ...['dual-balancing', 'excess', 'moco'],
  ]);
});

const able = () => gradientMethods.filter((method) => !refusesMode(method));

// --- A linear trunk, by hand ---------------------------------------------------------------------

const [B, X, F] = [3, 4, 2];
const names = ['a', 'b', 'c'];

/** z = x W, one number a task: W is all that is shared. `examples` are rows of x. */
function linear(balancer: Balancer, examples: readonly (readonly number[])[], bordered = true) {
  const random = stream(4, 'linear');
  const numbers = (count: number) => Array.from(random.normals(count));
  const W = tf.variable(tf.tensor2d(numbers(X * F), [X, F]), true);
  const heads = names.map(() => tf.variable(tf.tensor2d(numbers(F), [F, 1]), true));
  const targets = names.map(() => tf.tensor2d(numbers(B), [B, 1]));
  const x = tf.tensor2d(examples.map((row) => [...row]));
  const runnable: Runnable = {
    inputs: {},
    ...(bordered && { border: { shapes: [[F]] } }),
    forward(_, { border }) {
      const z = (border?.[0] ?? tf.matMul(x, W)) as tf.Tensor2D;
      const outputs = names.map(
        (name, i) => [name, tf.matMul(z, heads[i] as unknown as tf.Tensor2D)] as const,
      );
      return { outputs: Object.fromEntries(outputs), border: [z], statistics: [] };
    },
  };
  const objectives = names.map((name, i): Objective => ({
    ...{ name, stream: MAIN_STREAM, arrays: {} },
    loss: (forward, batch) => ({
      value: tf.mean(tf.square(tf.sub(forward(batch).outputs[name], targets[i]))),
      present: tf.scalar(1),
    }),
  }));
  const shared: Parameter = { name: 'W', role: 'shared', decay: false, variable: W };
  const trained = [
    shared,
    ...heads.map((variable, i): Parameter => ({
      ...{ name: `${names[i]}/w`, role: 'task', task: names[i], decay: false, variable },
    })),
    ...Object.entries(balancer.variables).map(([name, variable]): Parameter => ({
      ...{ name: `weighting/${name}`, role: 'weighting', decay: false, variable },
    })),
  ];
  const step = trainingStep({
    ...{ network: runnable, objectives, balancer, batchSizes: { [MAIN_STREAM]: B } },
    parameters: { trained, frozen: [], buffers: [] },
    optimiser: sgd(trained, { momentum: 0, nesterov: false, weightDecay: 0 }),
  });
  /** What a batch changes at rate 1, and what it logs. */
  const run = async (batch = 0, between = false) => {
    const program = between ? step.between : step;
    if (!program) throw new Error('no step between');
    const before = trained.map(({ variable }) => variable.dataSync().slice());
    const compiled = await compile(program.run, step.signature, { engine: 'cpu' });
    const logged = await compiled.run({
      ...{ 'rate/network': Float32Array.of(1), 'rate/weighting': Float32Array.of(1) },
      ...{ apply: Float32Array.of(1), ...step.inputsAt(batch) },
    });
    const change = trained.map(({ name, variable }, k) => {
      const now = variable.dataSync();
      return [name, Array.from(before[k], (v, i) => now[i] - v)] as const;
    });
    return {
      changes: Object.fromEntries(change),
      logged: Object.fromEntries(Object.entries(logged).map(([n, v]) => [n, v[0]])),
    };
  };
  /** Moves the parameters by what `run` gave. */
  const add = (changes: Readonly<Record<string, readonly number[]>>): void => {
    for (const { name, variable } of trained) {
      if (!(name in changes)) continue;
      variable.assign(tf.add(variable, tf.tensor([...changes[name]], variable.shape)));
    }
  };
  return { run, add, W: W.arraySync(), heads, targets, x: examples };
}

const drawn = Array.from({ length: B }, (_, b) => Array.from(stream(b, 'examples').normals(X)));
/** Rows at right angles, of length 1. */
const orthonormal = [
  [0.5, 0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5, -0.5],
  [0.5, 0.5, -0.5, -0.5],
];

test('the gradients of z, their weights and what they make of W, by hand', async () => {
  const set = linear(balancerNamed('imtl-g').make(place, of), drawn);
  const { changes, logged } = await set.run();
  const z = set.x.map((row) =>
    set.W[0].map((_, f) => row.reduce((s, v, k) => s + v * set.W[k][f], 0)),
  );
  // L = Σ_b (h · z_b − t_b)² / B, so ∂L/∂z_b = 2 (h · z_b − t_b) h / B.
  const rows = names.map((_, i) => {
    const h = Array.from(set.heads[i].dataSync()).map((v, f) => v - changes[`${names[i]}/w`][f]);
    const t = set.targets[i].dataSync();
    return z.flatMap((at, b) => {
      const error = at.reduce((s, v, f) => s + v * h[f], 0) - t[b];
      return h.map((v) => (2 * error * v) / B);
    });
  });
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((s, v, k) => s + v * b[k], 0);
  names.forEach((name, i) =>
    expect(logged[`gradientNorm/${name}`]).toBeCloseTo(Math.sqrt(dot(rows[i], rows[i])), 5),
  );
  const d = z.flatMap((_, b) =>
    [0, 1].map((f) => names.reduce((s, n, i) => s + logged[`weight/${n}`] * rows[i][b * F + f], 0)),
  );
  // IMTL-G: d has the same projection on all three, and its weights sum to 1.
  const along = rows.map((row) => dot(row, d) / Math.sqrt(dot(row, row)));
  expect(along).toBeAllClose(
    along.map(() => along[0]),
    { rtol: 1e-3 },
  );
  expect(names.reduce((s, n) => s + logged[`weight/${n}`], 0)).toBeCloseTo(1, 5);
  // ∂z_b/∂W: W goes down by xᵀ d.
  const expected = set.W.flatMap((row, k) =>
    row.map((_, f) => -set.x.reduce((s, r, b) => s + r[k] * d[b * F + f], 0)),
  );
  expect(changes['W']).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-5 });
});

test('examples at right angles, of length 1, and a linear trunk: M and the update are those of the parameters', async () => {
  for (const method of able()) {
    const both = [{}, of].map((options) => method.make(place, options));
    if (both[0].kind !== 'gramian') continue;
    const [a, b] = [linear(both[0], orthonormal), linear(both[1], orthonormal)];
    const [parameters, representation] = [await a.run(), await b.run()];
    for (const [name, change] of Object.entries(parameters.changes)) {
      expect([method.name, name]).toEqual([method.name, name]);
      expect(representation.changes[name]).toBeAllClose(change, { rtol: 1e-3, atol: 1e-5 });
    }
    expect(Object.keys(representation.logged)).toEqual(Object.keys(parameters.logged));
  }
});

test('other examples, and the update is another one', async () => {
  const [parameters, representation] = [
    await linear(balancerNamed('mgda').make(place), drawn).run(),
    await linear(balancerNamed('mgda').make(place, of), drawn).run(),
  ];
  const away = parameters.changes['W'].map((v, i) => Math.abs(v - representation.changes['W'][i]));
  expect(Math.max(...away)).toBeGreaterThan(0.01);
  // The heads know nothing of it.
  expect(representation.changes['a/w']).toEqual(parameters.changes['a/w']);
});

test('of one task alone the update is that of its gradient', async () => {
  const change = async (options: object, name: string) => {
    const made = problem(balancerNamed(name), [{ name: 'a', seed: 3 }], { options });
    const before = made.values();
    await (await compiledOf(made, 'cpu')).run(0);
    return Object.entries(made.values()).flatMap(([parameter, values]) =>
      /^(trunk|a)\//.test(parameter) ? values.map((v, i) => v - before[parameter][i]) : [],
    );
  };
  const expected = await change({}, 'equal');
  for (const { name } of able()) {
    // Nash-MTL and its kind make a length of their own of a single gradient.
    if (['nash', 'fairgrad', 'cagrad', 'dual-balancing'].includes(name)) continue;
    expect([name]).toEqual([name]);
    expect(await change(of, name)).toBeAllClose(expected, { rtol: 1e-4, atol: 1e-6 });
  }
});

// --- A network of convolutions -------------------------------------------------------------------

const SIZE = [16, 16] as const;

/** A head that reads two stages. */
const skipping = {
  ...toyTask('height', 'laplace', 1),
  decoder: (features, size, { scope, stages }) => {
    const [early] = stages;
    const wide = upsampleTo(
      features,
      [SIZE[0] / early.stride, SIZE[1] / early.stride],
      'height/wide',
    );
    const of = { filters: 1, kernel: 1, bias: true, gain: 1 } as const;
    const sum = tf.layers
      .add({ name: 'height/sum' })
      .apply([
        convolution(wide, inside(scope, 'late'), of),
        convolution(early.features, inside(scope, 'early'), of),
      ]) as tf.SymbolicTensor;
    return upsampleTo(sum, size, 'height');
  },
} satisfies ReturnType<typeof toyTask>;

const tasksOf = (skips: boolean) => (skips ? [toyTasks()[0], skipping] : toyTasks());

function convolutional(options: object, skips: boolean, objectives: readonly Objective[] = []) {
  const tasks = tasksOf(skips);
  const whole = multiTaskModel({ encoder: tinyEncoder(), tasks, size: SIZE, seed: 1 });
  const all = [...tasks.map((task) => objectiveOf(task, SIZE)), ...objectives];
  const balancer = balancerNamed('cagrad').make({ objectives: all }, options);
  const parameters = parametersOf(whole);
  const step = trainingStep({
    ...{ network: whole, objectives: all, balancer, parameters },
    optimiser: sgd(parameters.trained, { momentum: 0, nesterov: false, weightDecay: 0 }),
    batchSizes: { [MAIN_STREAM]: 2, other: 2 },
  });
  const inputs = {
    ...toyArrays(5, 2, SIZE),
    ...{ 'rate/network': Float32Array.of(1), 'rate/weighting': Float32Array.of(1) },
    apply: Float32Array.of(1),
  };
  return { whole, parameters, step, inputs };
}

/** Of the first block of the trunk. */
const kernelOf = (trained: readonly Parameter[]): Parameter =>
  trained.find(({ role, name }) => role === 'shared' && /block.*kernel$/.test(name)) as Parameter;

/** `Σ wᵢ Lᵢ` of the toy arrays. */
function weighed(whole: MultiTaskModel, weights: readonly number[]): number {
  return tf.tidy(() => {
    const arrays = toyArrays(5, 2, SIZE);
    const { outputs } = whole.forward(
      { image: tf.tensor(arrays['image'], [2, ...SIZE, 3]) },
      { training: true },
    );
    const of = (kind: string, name: string) =>
      tf.tensor(arrays[`${kind}/${name}`], [2, ...SIZE, 1]);
    const losses = whole.tasks.map((task) =>
      task.loss(outputs[task.name], of('target', task.name), of('mask', task.name)),
    );
    return losses.reduce((sum, loss, i) => sum + weights[i] * loss.dataSync()[0], 0);
  });
}

test.each([false, true])(
  'a convolutional network, heads reading two stages %s: captured as eager, and Σ wᵢ ∇Lᵢ by differences',
  async (skips) => {
    const made = convolutional(of, skips);
    const border = made.whole.border as { shapes: number[][] };
    expect(border.shapes).toEqual(skips ? [[2, 2, 16], [8, 8, 4]] : [[2, 2, 16]]); // prettier-ignore
    const results: Record<string, number>[] = [];
    const changes: Float32Array[] = [];
    const trunk = kernelOf(made.parameters.trained);
    for (const engine of ['cpu', 'onnx'] as const) {
      const { step, inputs, parameters } = convolutional(of, skips);
      const { variable } = kernelOf(parameters.trained);
      const before = variable.dataSync<'float32'>().slice();
      const compiled = await compile(step.run, step.signature, { engine });
      const logged = await compiled.run(inputs);
      results.push(Object.fromEntries(Object.entries(logged).map(([n, v]) => [n, v[0]])));
      await compiled.pull();
      await compiled.dispose();
      changes.push(variable.dataSync<'float32'>().map((v, i) => before[i] - v));
    }
    const [eager, onnx] = results;
    const logged = Object.keys(eager);
    expect(logged.map((n) => onnx[n])).toBeAllClose(
      logged.map((n) => eager[n]),
      { rtol: 5e-3, atol: 1e-4 },
    );
    expect(changes[1]).toBeAllClose(changes[0], { rtol: 2e-2, atol: 1e-4 });
    // The change at rate 1 is the direction, and that is the gradient of Σ wᵢ Lᵢ with the weights held.
    const weights = made.whole.tasks.map(({ name }) => eager[`weight/${name}`]);
    const error = gradientError(
      () => weighed(made.whole, weights),
      trunk.variable,
      changes[0],
      [0, 3, 7, 11],
      3e-3,
    );
    expect(error).toBeLessThan(0.05);
  },
);

describe('a network that cannot be cut, or losses that go another way', () => {
  const mirrored = (stream: string, array: string): Objective => ({
    ...{ name: 'mirrored', stream, arrays: {} },
    loss(forward, batch) {
      const image = tf.reverse(batch[array], 2);
      return {
        value: tf.mean(tf.square(forward({ image }).outputs['height'])),
        present: tf.scalar(1),
      };
    },
  });

  test('objectives of several streams', () => {
    expect(() => convolutional(of, false, [mirrored('other', 'image')])).toThrow(
      'cagrad: mode representation: classes reads the stream train and mirrored the stream other',
    );
  });

  test('an objective that runs the network on other inputs, or reads the trunk’s own weights', async () => {
    const { step } = convolutional(of, false, [mirrored(MAIN_STREAM, 'image')]);
    await expect(compile(step.run, step.signature)).rejects.toThrow(
      /cagrad: mode representation: mirrored depends on encoder\/\S+ by another way than the representation; use mode=parameters/,
    );
  });

  test('a network without a border, and one whose heads share nothing but the input', () => {
    expect(() => linear(balancerNamed('mgda').make(place, of), drawn, false)).toThrow(
      'mgda: mode representation: expected a network with a representation that all its heads read; ' +
        'it does not say where its tasks part; use mode=parameters',
    );
    const encoder = stagedEncoder('mlp', [
      {
        ...{ name: 'hidden', stride: 1, channels: 2 },
        build: (x, scope) => dense(x, { ...scope, name: 'encoder/hidden' }, { units: 2 }),
      },
    ]);
    const head = (name: string, read: 'features' | 'input'): Head => ({
      name,
      build: ([{ features }], scope) =>
        dense(read === 'features' ? features : features.inputs[0], scope, { units: 1 }),
    });
    const built = (...reads: ('features' | 'input')[]) =>
      network({
        ...{ input: { name: 'x', shape: [3] }, encoder, seed: 1 },
        heads: reads.map((read, i) => head(names[i], read)),
      });
    expect(built('features', 'features').border).toEqual({ shapes: [[2]] });
    expect(built('features').border).toEqual({ shapes: [[2]] });
    // Without a head that reads it the encoder is of one task, which its owner contradicts.
    expect(() => built('features', 'input')).toThrow('stated as shared');
  });

  test('groups and layers are of parameters', () => {
    expect(() => balancerNamed('gradvac').make(place, { ...of, groups: 'layer' })).toThrow(
      'gradvac: groups layer: a representation has no layer of its own',
    );
    expect(() => balancerNamed('gradvac').make(place, { every: 2, groups: 'layer' })).toThrow(
      'gradvac: every and smoothing keep one weight per objective',
    );
  });
});

// --- Weights that are kept -----------------------------------------------------------------------

describe('the step between', () => {
  test.each([
    ['nash', {}],
    ['upgrad', of],
    ['uw+mgda', {}],
  ])(
    '%s: Σ wᵢ gᵢ with the weights of before, by one way and by the other',
    async (name, options) => {
      const method = balancerNamed(name);
      const under = name.includes('+') ? `${name.split('+')[1]}.` : '';
      const set = { every: 2, ...options };
      const prefixed = Object.fromEntries(
        Object.entries(set).map(([option, value]) => [under + option, value]),
      );
      const make = (bordered: boolean) => linear(method.make(place, prefixed), drawn, bordered);
      const both = 'mode' in options ? [make(true)] : [make(true), make(false)];
      const seen = [];
      for (const one of both) {
        const first = await one.run(0);
        seen.push({ first, ...(await one.run(1, true)) });
      }
      for (const { first, changes, logged } of seen) {
        for (const task of names) {
          expect(Object.keys(logged)).not.toContain(`gradientNorm/${task}`);
          // What the first method makes of the losses is new with every batch.
          if (under === '') expect(logged[`weight/${task}`]).toBe(first.logged[`weight/${task}`]);
        }
        for (const [parameter, change] of Object.entries(changes)) {
          expect(change).toBeAllClose(seen[0].changes[parameter], { rtol: 1e-4, atol: 1e-6 });
        }
      }
      // Σ wᵢ gᵢ by the method of fixed weights, from where the first batch led; it weighs the heads' too.
      const { first, logged } = seen[0];
      const weights = Object.fromEntries(names.map((task) => [task, logged[`weight/${task}`]]));
      const fixed = linear(balancerNamed('fixed').make(place, weights), drawn);
      fixed.add(first.changes);
      const expected = await fixed.run();
      expect(seen[0].changes['W']).toBeAllClose(expected.changes['W'], { rtol: 1e-3, atol: 1e-5 });
      const ratio = under === '' ? weights['a'] : undefined;
      if (ratio !== undefined) {
        const own = seen[0].changes['a/w'].map((v) => v * ratio);
        expect(own).toBeAllClose(expected.changes['a/w'], { rtol: 1e-3, atol: 1e-5 });
      }
    },
  );

  test.each([{}, of])('what an absent task holds has no influence there, %j', async (options) => {
    const after = async (targets: number) => {
      const tasks = ['a', 'b', 'c'].map((name, i) => ({ name, seed: 20 + i }));
      const absent = { name: 'd', seed: targets, present: false };
      const made = problem(balancerNamed('nash'), [...tasks, absent], {
        options: { every: 3, ...options },
        momentum: 0.9,
      });
      // Its head comes from the seed too.
      const head = made.step.variables.get('d/w') as tf.Variable;
      head.assign(tf.ones(head.shape));
      const compiled = await compiledOf(made, 'cpu');
      for (const batch of [0, 1, 2]) await compiled.run(batch);
      return made.values();
    };
    const [one, other] = [await after(1), await after(2)];
    expect(one).toEqual(other);
    expect(one['d/w'].every((v) => v === 1)).toBe(true);
  });

  test('passes through the trunk once', () => {
    const count = (run: 'run' | 'between') => {
      const { step, inputs } = convolutional({ every: 2 }, false);
      const program = run === 'run' ? step : step.between;
      const tensors = Object.fromEntries(
        Object.entries(step.signature).map(([n, { shape }]) => [
          n,
          tf.tensor(inputs[n as 'apply'], [...shape]),
        ]),
      );
      const kernels: string[] = [];
      const engine = tf.engine();
      const runKernel = engine.runKernel.bind(engine);
      engine.runKernel = (kernel: string, ...rest: [never]) => {
        kernels.push(kernel);
        return runKernel(kernel, ...rest);
      };
      try {
        tf.tidy(() => program?.run(tensors));
      } finally {
        engine.runKernel = runKernel;
      }
      return kernels.filter((kernel) => /BackpropFilter/.test(kernel)).length;
    };
    const [every, kept] = [count('run'), count('between')];
    // Each of the two heads is one convolution; the trunk's n are passed 2 n + 2 or n + 2 times.
    const n = (every - 2) / 2;
    expect(n).toBeGreaterThan(5);
    expect(kept).toBe(n + 2);
  });
});
