import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  cgc,
  dense,
  dselectK,
  hardSharing,
  inside,
  lastFeatures,
  ltb,
  network,
  parametersOf,
  relationshipNetwork,
  stagedEncoder,
  tensorFactorisation,
  type AnyArchitecture,
  type Head,
  type Network,
  type Stage,
} from '../../src/index.ts';
import { covarianceOf } from '../../src/architectures/tensor-normal.ts';
import { useCpu } from '../cpu.ts';

beforeAll(useCpu);

const TASKS = ['a', 'b', 'c'];

/** Four numbers of what goes in. */
const stage = (name: string): Stage => ({
  ...{ name, stride: 1, channels: 4 },
  build: (x, scope) =>
    tf.layers
      .activation({ activation: 'tanh', name: `${scope.name}/${name}/tanh` })
      .apply(dense(x, inside(scope, name), { units: 4 })) as tf.SymbolicTensor,
});
const encoder = stagedEncoder('three', [stage('first'), stage('second'), stage('third')]);
const head = (name: string): Head => ({
  name,
  build: (stages, scope) => dense(lastFeatures(stages), inside(scope, 'output'), { units: 1 }),
});
const build = (architecture: AnyArchitecture, options: object = {}, tasks = TASKS): Network =>
  network({
    ...{ input: { name: 'x', shape: [3] }, encoder, heads: tasks.map(head), seed: 1 },
    architecture: architecture.make(options),
  });

const x = () =>
  tf.tensor([
    [0.3, -1, 2],
    [1, 0.5, -0.2],
  ]);
const outputsOf = (of: Network, training = false) => {
  const { outputs } = of.forward({ x: x() }, { training });
  return Object.fromEntries(Object.entries(outputs).map(([k, v]) => [k, [...v.dataSync()]]));
};
const variablesOf = ({ weights }: Network) =>
  new Map(weights.map(({ name, variable }) => [name, variable]));

/** Gives a network another's weights, by names that `renamed` makes of its own. */
const copied = (to: Network, from: Network, renamed: (name: string) => string) => {
  const source = variablesOf(from);
  for (const { name, variable, computed } of to.weights) {
    const value = source.get(renamed(name));
    if (value && !computed) variable.assign(value);
  }
};
const single = (task: string) => build(hardSharing, {}, [task]);

test('CGC without shared experts is single networks, bit by bit', () => {
  const alone = build(cgc, { shared: 0 });
  expect(parametersOf(alone).trained.every(({ role }) => role === 'task')).toBe(true);
  for (const task of TASKS) {
    const one = single(task);
    copied(one, alone, (name) => name.replace(/^encoder/, `${task}/expert1`));
    expect(outputsOf(one)[task]).toEqual(outputsOf(alone)[task]);
  }
});

describe('tensor factorisation', () => {
  test('by last-axis flattening with a column for each task is single networks', () => {
    const factored = build(tensorFactorisation);
    const kernels = [
      [3, 4],
      [4, 4],
      [4, 4],
    ];
    const variables = variablesOf(factored);
    ['first', 'second', 'third'].forEach((stage) => {
      TASKS.forEach((task, t) => {
        const own = variables.get(`${task}/factors/${stage}/kernel`) as tf.Variable;
        own.assign(tf.cast(tf.oneHot(t, 3), 'float32'));
      });
    });
    for (const [t, task] of TASKS.entries()) {
      const one = single(task);
      copied(one, factored, (name) => name.replace(/^encoder/, `${task}/encoder`));
      ['first', 'second', 'third'].forEach((stage, s) => {
        const L = variables.get(`factors/${stage}/kernel/1`) as tf.Variable;
        const column = tf.reshape(tf.slice(L, [0, t], [-1, 1]), kernels[s]);
        (variablesOf(one).get(`encoder/${stage}/kernel`) as tf.Variable).assign(column);
      });
      expect(outputsOf(factored)[task]).toBeAllClose(outputsOf(one)[task], { atol: 1e-6 });
    }
  });

  test('with K = 1 and the same number for all tasks is hard sharing', () => {
    const factored = build(tensorFactorisation, { rank: 1 });
    for (const { name, variable } of factored.weights) {
      if (/^.\/factors/.test(name)) variable.assign(tf.ones([1]));
    }
    const hard = build(hardSharing);
    copied(hard, factored, (name) => name.replace(/^encoder\/(.*)\/bias/, 'a/encoder/$1/bias'));
    for (const stage of ['first', 'second', 'third']) {
      const L = variablesOf(factored).get(`factors/${stage}/kernel/1`) as tf.Variable;
      const kernel = variablesOf(hard).get(`encoder/${stage}/kernel`) as tf.Variable;
      kernel.assign(tf.reshape(L, kernel.shape));
    }
    const [expected, given] = [outputsOf(hard), outputsOf(factored)];
    for (const task of TASKS) expect(given[task]).toBeAllClose(expected[task], { atol: 1e-6 });
    expect(factored.sharing().map(({ degree }) => degree)).toBeAllClose([1, 1, 1]);
  });

  test('computed kernels are no parameters and in no checkpoint', () => {
    const factored = build(tensorFactorisation);
    const { trained, frozen, buffers } = parametersOf(factored);
    const names = [...trained, ...frozen, ...buffers].map(({ name }) => name);
    expect(names).toContain('a/encoder/first/bias');
    expect(names).not.toContain('a/encoder/first/kernel');
    expect(factored.weights.filter(({ computed }) => computed)).toHaveLength(9);
  });
});

describe('learning to branch', () => {
  const logits = (of: Network, name: string, ...values: number[]) =>
    (variablesOf(of).get(`${name}/logits`) as tf.Variable).assign(tf.tensor1d(values));

  test('with one node a stage is hard sharing', () => {
    const [one, hard] = [build(ltb, { nodes: 1 }), build(hardSharing)];
    copied(hard, one, (name) => name.replace(/^encoder/, 'node1'));
    expect(outputsOf(hard)).toEqual(outputsOf(one));
  });

  test('each task has the path of the largest logits, and the tree is told', () => {
    const branched = build(ltb, { nodes: 2 });
    // a and b read node 2 of the last stage, c node 1; these read nodes 1 and 2 of the one before.
    logits(branched, 'a/branch', -1, 1);
    logits(branched, 'b/branch', 0, 3);
    logits(branched, 'c/branch', 2, 0);
    logits(branched, 'branch/third/node1', 0, 1);
    logits(branched, 'branch/third/node2', 1, 0);
    const paths = { a: ['1', '1', '2'], b: ['1', '1', '2'], c: ['1', '2', '1'] };
    for (const [task, nodes] of Object.entries(paths)) {
      const one = single(task);
      copied(one, branched, (name) =>
        name.replace(/^encoder\/(.*)\//, (_, stage: string) => {
          const node = nodes[['first', 'second', 'third'].indexOf(stage)];
          return `node${node}/${stage}/`;
        }),
      );
      expect(outputsOf(branched)[task]).toBeAllClose(outputsOf(one)[task], { atol: 1e-6 });
    }
    const [first, second, third] = branched.sharing();
    // One pair of three.
    expect([first.degree, second.degree, third.degree]).toBeAllClose([1, 1 / 3, 1 / 3]);
    expect([second.values['node/a'], second.values['node/c']]).toEqual([1, 2]);
    // e^2 / (e^2 + 1)
    expect(third.values['p/node1→c']).toBeCloseTo(0.8808, 4);
  });

  test('in training it reads what noise and temperature say', () => {
    const branched = build(ltb, { nodes: 2 });
    const { drive } = branched;
    const take = (temperature: number, row: readonly number[]) =>
      drive?.take({
        temperature: tf.scalar(temperature),
        // Two choices of nodes, three of tasks.
        noise: tf.tensor2d(Array.from({ length: 5 }, () => [...row])),
      });
    const second = build(ltb, { nodes: 2 });
    for (const task of TASKS) logits(second, `${task}/branch`, -1, 1);
    for (const node of ['node1', 'node2']) logits(second, `branch/third/${node}`, -1, 1);
    // Noise for the second node, a temperature near 0: the path of the network with those logits.
    take(1e-3, [0, 1]);
    expect(outputsOf(branched, true).a).toBeAllClose(outputsOf(second).a, { atol: 1e-6 });
    take(1, [0, 1]);
    expect(outputsOf(branched, true).a).not.toBeAllClose(outputsOf(second).a, { atol: 1e-3 });
  });

  test('its noise is the same of the same seed and batch, and standard Gumbel', () => {
    const [one, again] = [build(ltb), build(ltb)];
    const noise = (of: Network, batch: number) => of.drive?.inputsAt(batch).noise as Float32Array;
    expect(noise(one, 7)).toEqual(noise(again, 7));
    expect(noise(one, 8)).not.toEqual(noise(again, 7));
    const many = Array.from({ length: 400 }, (_, batch) => [...noise(one, batch)]).flat();
    const mean = many.reduce((a, b) => a + b, 0) / many.length;
    // Euler's constant; the deviation is π/√6 = 1.28, of the mean of 6000 so 0.017.
    expect(Math.abs(mean - 0.5772)).toBeLessThan(0.06);
  });
});

test('DSelect-k gives experts that it does not choose no weight at all', () => {
  const chosen = build(dselectK, { experts: 4, k: 1 });
  const variables = variablesOf(chosen);
  for (const [t, task] of TASKS.entries()) {
    // In binary, the highest bit first.
    (variables.get(`${task}/gate/bits/bias`) as tf.Variable).assign(
      tf.tensor1d([t & 2 ? 5 : -5, t & 1 ? 5 : -5]),
    );
  }
  for (const [t, task] of TASKS.entries()) {
    const one = single(task);
    copied(one, chosen, (name) => name.replace(/^encoder/, `expert${t + 1}`));
    expect(outputsOf(chosen)[task]).toBeAllClose(outputsOf(one)[task], { atol: 1e-6 });
  }
  const [{ degree, values }] = chosen.sharing();
  expect([degree, values['gate/expert2→b'], values['gate/expert1→b']]).toEqual([0, 1, 0]);
});

describe('relationship networks', () => {
  test('report the correlations of their covariances', () => {
    const related = build(relationshipNetwork);
    const free = variablesOf(related).get(
      'relations/third/kernel/tasks',
    ) as tf.Variable<tf.Rank.R2>;
    free.assign(
      tf.tensor2d([
        [0, -0.5, 0],
        [9, 0, 0],
        [9, 9, 0],
      ]),
    );
    // R = [[1, −½, 0], [0, 1, 0], [0, 0, 1]] up to ε, so Σ = R⁻¹R⁻ᵀ has 1.25 and 1 on its diagonal, and ½ off it.
    const [first, second] = covarianceOf(free);
    expect([...first, ...second]).toBeAllClose([1.25, 0.5, 0, 0.5, 1, 0], { atol: 1e-3 });
    const [, , third] = related.sharing();
    expect(third.values['correlation/a+b']).toBeCloseTo(0.5 / Math.sqrt(1.25), 3);
    expect(third.degree).toBeCloseTo(0.5 / Math.sqrt(1.25) / 3, 3);
  });

  test('their prior learns that kernels are alike', () => {
    const related = build(relationshipNetwork, { lambda: 1 });
    const variables = variablesOf(related);
    const kernel = variables.get('a/encoder/third/kernel') as tf.Variable;
    for (const task of ['b', 'c']) {
      (variables.get(`${task}/encoder/third/kernel`) as tf.Variable).assign(kernel);
    }
    const free = variables.get('relations/third/kernel/tasks') as tf.Variable;
    const value = () => related.penalties[0].value([]);
    for (let i = 0; i < 200; i++) {
      const { grads } = tf.variableGrads(value, [free]);
      free.assign(tf.sub(free, grads[free.name]));
      tf.dispose(grads);
    }
    expect(related.sharing()[2].degree).toBeGreaterThan(0.9);
  });
});
