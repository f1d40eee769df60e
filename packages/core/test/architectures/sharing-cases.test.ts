import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  adaptiveBranching,
  branchedTree,
  crossStitch,
  frozen,
  gradientReversal,
  gradientsOf,
  hardSharing,
  jointManyTask,
  lowSupervision,
  mixed,
  parametersOf,
  partsOf,
  privateLayer,
  singleTasks,
  sluice,
  softSharing,
  traceNorm,
  tree,
  treeText,
  widened,
  type Architecture,
  type Network,
  type Owner,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { denseOf, objectivesOf, runEagerly, stepOf, TASKS } from './subjects.ts';

beforeAll(useCpu);

const x = () => tf.tensor2d([0.5, -1, 0.25, 1, 0.75, -0.5], [2, 3]);

const outputsOf = (of: Network) => {
  const { outputs } = of.forward({ x: x() }, { training: true });
  return Object.fromEntries(Object.entries(outputs).map(([k, v]) => [k, [...v.dataSync()]]));
};

const weightsOf = ({ weights }: Pick<Network, 'weights'>) =>
  Object.fromEntries(weights.map(({ name, variable }) => [name, [...variable.dataSync()]]));

const ownersOf = ({ weights }: Network) =>
  Object.fromEntries(weights.map(({ name, owner }): [string, Owner] => [name, owner]));

/** Outputs and weights, but for what couples networks, after some steps. */
function trained(of: Network, steps = 2) {
  const step = stepOf(of, 'equal');
  for (let batch = 0; batch < steps; batch++) runEagerly(step, batch);
  const weights = Object.entries(weightsOf(of)).filter(([name]) => !/between|beta/.test(name));
  return { outputs: outputsOf(of), weights: Object.fromEntries(weights) };
}

const variable = ({ weights }: Network, name: string): tf.Variable => {
  const found = weights.find((weight) => weight.name === name);
  if (!found) throw new Error(`no ${name} among ${weights.map((w) => w.name).join(', ')}`);
  return found.variable;
};

describe('hard sharing, to the bit', () => {
  const hard = () => denseOf(hardSharing.make());
  test.each<[string, Architecture]>([
    ['a tree that splits nowhere', tree.make({ shared: 0, groups: [TASKS] })],
    ['a tree that splits at the heads', tree.make({ shared: 2, groups: [['c'], ['a', 'b']] })],
    ['low supervision at the last stage', lowSupervision.make({ attach: { b: 'second' } })],
    [
      'a joint network of tasks at one stage',
      jointManyTask.make({ attach: { a: 'second', b: 'second', c: 'second' }, delta: 0 }),
    ],
    ['a thin network', adaptiveBranching.make()],
  ])('%s', (_, architecture) => {
    const other = denseOf(architecture);
    expect(ownersOf(other)).toEqual(ownersOf(hard()));
    expect(trained(other)).toEqual(trained(hard()));
  });

  test('a sluice network that reads the subspaces of one task alone', () => {
    const of = denseOf(sluice.make({ last: 1 }));
    for (const stage of ['first', 'second']) {
      // α of each task's subspace q is 1 from subspace q of a, the first two of six.
      const alpha = Array.from({ length: 6 }, (_, from) =>
        Array.from({ length: 6 }, (__, to) => (from < 2 && to % 2 === from ? 1 : 0)),
      );
      variable(of, `between/${stage}/mix/depthwise_kernel`).assign(
        tf.tensor(alpha.flat(), [6, 1, 1, 6]),
      );
    }
    expect(outputsOf(of)).toEqual(outputsOf(hard()));
    expect(of.sharing()[0].values).toMatchObject({
      'alpha/a.1→b.1': 1,
      'alpha/b.1→b.1': 0,
      'beta/c': 0,
    });
  });
});

describe('single networks, to the bit', () => {
  const single = () => denseOf(singleTasks.make());

  test('each begins as the network of that task alone', () => {
    for (const task of TASKS) {
      const alone = outputsOf(denseOf(hardSharing.make(), [task]));
      expect(outputsOf(single())[task]).toEqual(alone[task]);
    }
  });

  test('a tree that splits before the first stage', () => {
    const apart = denseOf(singleTasks.make({ start: 'apart' }));
    const other = denseOf(tree.make({ shared: 0, groups: TASKS.map((task) => [task]) }));
    expect(ownersOf(other)).toEqual(ownersOf(apart));
    expect(trained(other)).toEqual(trained(apart));
  });

  test.each(['layer', 'channel'] as const)(
    'cross-stitch units of 1 for oneself, per %s, which stay as they are',
    (per) => {
      const of = denseOf(crossStitch.make({ per, same: 1 }));
      const fixed = frozen(of, partsOf(of, ['between']));
      expect(trained(fixed)).toEqual(trained(single()));
      expect(of.sharing().map(({ degree }) => degree)).toEqual([0, 0]);
    },
  );

  test('soft sharing at λ = 0', () => {
    expect(trained(denseOf(softSharing.make({ lambda: 0 })))).toEqual(trained(single()));
  });
});

test('a sluice network of one subspace that reads the last stage is a cross-stitch network', () => {
  const cross = denseOf(crossStitch.make({ same: 0.7 }));
  const one = denseOf(sluice.make({ subspaces: 1, same: 0.7, last: 1 }));
  expect(outputsOf(one)).toEqual(outputsOf(cross));
  const two = denseOf(sluice.make({ subspaces: 2, last: 1 }));
  for (const stage of ['first', 'second']) {
    const name = `between/${stage}/mix/depthwise_kernel`;
    const alpha = variable(cross, name).dataSync();
    // Between the same subspaces of two tasks the α of the tasks, else 0.
    const blocks = Array.from({ length: 6 }, (_, from) =>
      Array.from({ length: 6 }, (__, to) =>
        from % 2 === to % 2 ? alpha[Math.floor(from / 2) * 3 + Math.floor(to / 2)] : 0,
      ),
    );
    variable(two, name).assign(tf.tensor(blocks.flat(), [6, 1, 1, 6]));
  }
  for (const task of TASKS) {
    outputsOf(two)[task].forEach((v, i) => expect(v).toBeCloseTo(outputsOf(cross)[task][i], 6));
  }
});

test('soft sharing comes to one network as λ grows', () => {
  const tasks = ['a', 'b'];
  const objectives = objectivesOf(tasks);
  const T = 0.5;
  /** Gradient descent over the time T, with factors of the rate; ends in the first task's or the shared encoder. */
  function descended(of: Network, steps: number, factorOf: (name: string) => number) {
    const { trained: parameters } = parametersOf(of);
    for (let i = 0; i < steps; i++) {
      tf.tidy(() => {
        const { gradients } = gradientsOf(() => {
          const losses = objectives.map(
            (each) =>
              each.loss((inputs) => of.forward(inputs, { training: true }), { x: x() }).value,
          );
          return [...losses, ...of.penalties.map((each) => each.value([]))].reduce((a, b) =>
            tf.add(a, b),
          );
        }, parameters);
        for (const { name, variable: own } of parameters) {
          own.assign(tf.sub(own, tf.mul(gradients[name], (T / steps) * factorOf(name))));
        }
      });
    }
    return Object.values(
      Object.fromEntries(
        Object.entries(weightsOf(of)).filter(([name]) => /^(a\/)?encoder\//.test(name)),
      ),
    ).flat();
  }
  const distances = [1, 8, 64].map((lambda) => {
    // At 1/4λ per step the difference of two networks would be 0 after each, but for their losses.
    const steps = Math.ceil(4 * lambda * T) + 1;
    const soft = denseOf(softSharing.make({ lambda }), tasks);
    const own = descended(soft, steps, () => 1);
    // What two networks share goes along the mean of their gradients.
    const isShared = (name: string) => name.startsWith('encoder/');
    const hard = descended(denseOf(hardSharing.make(), tasks), steps, (name) =>
      isShared(name) ? 0.5 : 1,
    );
    const error = Math.max(...own.map((v, i) => Math.abs(v - hard[i])));
    return { error, degree: soft.sharing()[0].degree };
  });
  expect(distances[1].error).toBeLessThan(distances[0].error / 4);
  expect(distances[2].error).toBeLessThan(distances[1].error / 4);
  expect(distances[2].error).toBeLessThan(0.002);
  expect(distances[2].degree).toBeGreaterThan(0.9999);
});

describe('gradient reversal', () => {
  /** Gradient of c's loss by each weight. */
  const gradientOf = (architecture: Architecture) => {
    const of = denseOf(architecture);
    const { trained: parameters } = parametersOf(of);
    const [, , last] = objectivesOf();
    const { gradients } = gradientsOf(
      () => last.loss((inputs) => of.forward(inputs, { training: true }), { x: x() }).value,
      parameters,
    );
    const at = (name: string, shape: number[]) => [
      ...((gradients[name] as tf.Tensor | undefined) ?? tf.zeros(shape)).dataSync(),
    ];
    return {
      trunk: at('encoder/first/kernel', [3, 4]),
      head: at('c/output/kernel', [4, 2]),
      outputs: outputsOf(of),
    };
  };
  const plain = () => gradientOf(hardSharing.make());

  test('turns what reaches the encoder and nothing else', () => {
    const { trunk, head, outputs } = gradientOf(
      gradientReversal.make({ reversed: ['c'], lambda: 0.5 }),
    );
    expect(trunk).toEqual(plain().trunk.map((v) => -0.5 * v));
    expect([head, outputs]).toEqual([plain().head, plain().outputs]);
  });

  test('or lets nothing reach it', () => {
    const { trunk, head, outputs } = gradientOf(gradientReversal.make({ stopped: ['c'] }));
    expect(trunk.map(Math.abs)).toEqual(trunk.map(() => 0));
    expect([head, outputs]).toEqual([plain().head, plain().outputs]);
  });
});

describe('adaptive branching', () => {
  test('a branched network begins with what the thin one gives', () => {
    const thin = denseOf(adaptiveBranching.make());
    trained(thin);
    const affinity = { a: { b: 0.9, c: 0.1 }, b: { c: 0.1 } };
    const wide = denseOf(adaptiveBranching.make({ affinity }));
    widened(thin, wide);
    expect(outputsOf(wide)).toEqual(outputsOf(thin));
    // Branches of branches begin as those.
    const wider = denseOf(tree.make({ shared: 0, groups: TASKS.map((task) => [task]) }));
    widened(wide, wider);
    expect(outputsOf(wider)).toEqual(outputsOf(thin));
    expect(() => widened(wider, thin)).toThrow(
      'widened: encoder/first/kernel has nothing to begin from',
    );
  });

  test('branches where a branch costs less than what unlike tasks do', () => {
    const affinity = [
      [1, 0.9, 0.2],
      [0.9, 1, 0.3],
      [0.2, 0.3, 1],
    ];
    const found = (branchCost: number) =>
      treeText(branchedTree(TASKS, affinity, [2, 4], { branchCost }), ['s', 't']);
    // One branch: 1 − (0.2 + 0.3 + 0.2)/3 = 0.767. Two: L₀ + (0.1 + 0)/2. Three: 2 L₀; of s each L₀ twice.
    expect(found(1)).toBe('s t → a, b, c');
    expect(found(0.5)).toBe('s\n├─ t → a, b\n└─ t → c');
    expect(found(0.3)).toBe('·\n├─ s t → a, b\n└─ s t → c');
    expect(found(0.04)).toBe('·\n├─ s\n│  ├─ t → a\n│  └─ t → b\n└─ s t → c');
    expect(found(0)).toBe('·\n├─ s t → a\n├─ s t → b\n└─ s t → c');
  });
});

test('successive regularisation looks back to what weights were', () => {
  const of = denseOf(jointManyTask.make({ delta: 0.5, every: 2 }));
  const step = stepOf(of, 'equal');
  const values = [0, 1, 2, 3].map((batch) => runEagerly(step, batch)['penalty/successive']);
  // θ′ is taken at batches 0 and 2, before the step.
  expect(values.map((v) => v > 0)).toEqual([false, true, false, true]);
});

test('a private layer stands beside the shared one, for its head alone', () => {
  const of = denseOf(privateLayer.make({ task: 'b' }));
  const shapes = TASKS.map((task) => variable(of, `${task}/output/kernel`).shape);
  expect(shapes).toEqual([
    [4, 2],
    [8, 2],
    [4, 2],
  ]);
  expect(ownersOf(of)['b/encoder/second/kernel']).toEqual({ task: 'b' });
});

test('the trace norm of rows at right angles is the sum of their lengths', () => {
  // Lengths 5 and 2; the gradient is each row over its length.
  const rows = tf.tensor2d([
    [3, 0, 4],
    [0, 2, 0],
  ]);
  expect(traceNorm(rows).arraySync()).toBeCloseTo(7, 3);
  const slope = tf
    .grad((of) => traceNorm(of as tf.Tensor2D))(rows)
    .dataSync();
  [0.6, 0, 0.8, 0, 1, 0].forEach((v, i) => expect(slope[i]).toBeCloseTo(v, 3));
});

test('parts of features are mixed by themselves, channels by channels', () => {
  const xs = [tf.input({ shape: [2, 1, 4] }), tf.input({ shape: [2, 1, 4] })];
  const scope = { name: 'mix', seed: 1, owner: 'between' } as const;
  // The first part of each comes from the second part of the other, and the second of each from the first of its own.
  const from = [3, 0, 1, 2];
  const { features } = mixed(xs, scope, {
    ...{ outputs: 2, parts: 2, perChannel: true },
    initial: (i, j) => (from[j] === i ? 1 : 0),
  });
  const model = tf.model({ inputs: xs, outputs: [...features] });
  const [a, b] = [0, 10].map((first) => tf.reshape(tf.range(first, first + 8), [1, 2, 1, 4]));
  const given = (model.predict([a, b]) as tf.Tensor[]).map((y) => [...y.dataSync()]);
  expect(given).toEqual([
    [12, 13, 0, 1, 16, 17, 4, 5],
    [2, 3, 10, 11, 6, 7, 14, 15],
  ]);
});

test('what does not fit the tasks or the encoder is refused by name', () => {
  const refused = (architecture: Architecture) => expect(() => denseOf(architecture));
  const groups = [['a', 'b'], ['c']];
  refused(tree.make({ shared: 3, groups })).toThrow('tree: shared 3 of a, b, c: expected 0 to 2');
  refused(tree.make({ shared: 1, groups: [['a', 'b']] })).toThrow('the task c is in no group');
  refused(tree.make({ shared: 1, groups: [...groups, ['a']] })).toThrow('a is in two groups');
  refused(tree.make({ shared: 1, groups: [...groups, ['d']] })).toThrow(
    'tree: the network has no task d; it has a, b, c',
  );
  const inner = { shared: 1, groups: [['a'], ['b']] };
  refused(tree.make({ shared: 2, groups: [inner, ['c']] })).toThrow('shared 1 of a, b: expected 2');
  refused(crossStitch.make({ at: ['third'] })).toThrow(
    'cross-stitch: the encoder has no stage third; it has first, second',
  );
  refused(lowSupervision.make({ attach: { d: 'first' } })).toThrow('no task d');
  refused(sluice.make({ subspaces: 3 })).toThrow('channels that make 3 equal parts, got 4');
  refused(privateLayer.make({ stages: 3 })).toThrow('private-layer: expected 1 to 2 stages, got 3');
  refused(gradientReversal.make({ reversed: ['a'], stopped: ['a'] })).toThrow('both');
  refused(adaptiveBranching.make({ affinity: { a: { b: 1 } } })).toThrow(
    'expected the affinity of a and c, got none',
  );
});
