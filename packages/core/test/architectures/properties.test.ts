import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import {
  architectureNamed,
  architectures,
  countParameters,
  frozen,
  gradientsOf,
  ownerName,
  parametersOf,
  partsOf,
  restoreVariables,
  storeVariables,
  type Network,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import {
  denseEncoder,
  denseOf,
  imageEncoder,
  imagesOf,
  inputsAt,
  objectivesOf,
  runEagerly,
  sizesOf,
  stepOf,
  subjects,
  TASKS,
} from './subjects.ts';

beforeAll(useCpu);

const table = subjects.map((subject) => [subject.title, subject] as const);

const kinds = [
  { kind: 'numbers', build: denseOf, sizes: () => sizesOf(denseEncoder, [3]) },
  { kind: 'images', build: imagesOf, sizes: () => sizesOf(imageEncoder, [8, 8, 3]) },
];

test('names and aliases are distinct and found whatever their case', () => {
  const names = architectures.flatMap(({ name, alias }) => [
    ...new Set([name, ...alias].map((one) => one.toLowerCase())),
  ]);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, alias } of architectures) {
    for (const one of [name, ...alias])
      expect(architectureNamed(one.toUpperCase()).name).toBe(name);
  }
  expect(() => architectureNamed('none')).toThrow(
    'architecture none: expected one of hard-sharing',
  );
});

describe.each(kinds)('of $kind', ({ build, sizes }) => {
  test.each(table)(
    '%s: ownership is complete and counts are those of the formula',
    (_, subject) => {
      const { definition, options, make } = subject;
      const of = build(make());
      const parameters = parametersOf(of);
      const { shared, between, task, frozen: still, total } = countParameters(parameters);
      expect([shared + between + task, still]).toEqual([total, 0]);
      const trainable = of.weights.filter((weight) => weight.trainable);
      expect(new Set(parameters.trained.map(({ name }) => name)).size).toBe(trainable.length);
      const owners = new Set(of.weights.map(({ owner }) => ownerName(owner)));
      for (const owner of owners) expect(['shared', 'between', ...TASKS]).toContain(owner);
      const heads = parameters.trained
        .filter(({ name }) => /^[abc]\/output\//.test(name))
        .reduce((sum, { variable }) => sum + variable.size, 0);
      const parsed = definition.options.parse(options);
      expect(total - heads).toBe(definition.parameters(sizes(), parsed));
    },
  );

  test.each(table)('%s: degrees are of every stage, from 0 to 1', (_, { make }) => {
    const given = build(make()).sharing();
    expect(given.map(({ stage }) => stage)).toEqual(['first', 'second']);
    for (const { degree } of given) {
      expect(degree).toBeGreaterThanOrEqual(0);
      expect(degree).toBeLessThanOrEqual(1 + 1e-6);
    }
  });
});

/** Under a balancer of gradients where there is anything to balance. */
const balancerFor = (of: Network): string =>
  parametersOf(of).trained.some(({ role }) => role === 'shared') ? 'mgda' : 'equal';

const runs = [
  ...subjects.map((subject) => ({
    ...subject,
    kind: 'numbers',
    build: denseOf,
    pick: subject.isUsual ? balancerFor : () => 'equal',
  })),
  ...subjects
    .filter(({ isUsual }) => isUsual)
    .map((subject) => ({ ...subject, kind: 'images', build: imagesOf, pick: () => 'equal' })),
];

test.each(runs.map((run) => [`${run.title}, of ${run.kind}`, run] as const))(
  '%s: captured equals eager, and goes on from a checkpoint',
  async (_, { build, make, pick }) => {
    const [eager, captured, resumed] = [0, 1, 2].map(() => build(make()));
    const balancer = pick(eager);
    const plain = stepOf(eager, balancer);
    const expected = [0, 1, 2].map((batch) => runEagerly(plain, batch));

    const step = stepOf(captured, balancer);
    const compiled = await compile(step.run, step.signature, { threads: 1 });
    await compiled.push();
    for (const batch of [0, 1]) {
      const given = await compiled.run(inputsAt(step, batch));
      for (const [name, value] of Object.entries(expected[batch])) {
        expect([name, close(given[name][0], value)]).toEqual([name, true]);
      }
    }
    await compiled.pull();
    await compiled.dispose();

    const last = stepOf(resumed, balancer);
    restoreVariables(last.variables, storeVariables(step.variables), 'a checkpoint');
    const after = runEagerly(last, 2);
    for (const [name, value] of Object.entries(expected[2])) {
      expect([name, close(after[name], value)]).toEqual([name, true]);
    }
  },
);

const close = (a: number, b: number) => Math.abs(a - b) <= 1e-4 * (1 + Math.abs(b));

test.each(table)(
  '%s: gradients, penalties included, are those of finite differences',
  (_, subject) => {
    if (subject.definition.surrogate !== undefined) return;
    const of = denseOf(subject.make());
    const x = tf.tensor2d([0.5, -1, 0.25, 1, 0.75, -0.5], [2, 3]);
    const { drive, penalties } = of;
    drive?.take(
      Object.fromEntries(
        Object.entries(drive.inputsAt(0)).map(([name, values]) => [
          name,
          tf.tensor(values, [...drive.inputs[name]]),
        ]),
      ),
    );
    const { trained } = parametersOf(of);
    const random = stream(1, 'directions');
    const drawn = (deviation: number) =>
      trained.map(({ variable }) =>
        tf.tensor(random.normals(variable.size, deviation), variable.shape),
      );
    const start = drawn(0.2).map((noise, k) => tf.add(trained[k].variable, noise));
    const moveTo = (direction: readonly tf.Tensor[], length: number) =>
      trained.forEach(({ variable }, k) => {
        variable.assign(tf.add(start[k], tf.mul(direction[k], length)));
      });
    const loss = () => {
      const { watched } = of.forward({ x }, { training: true });
      const losses = objectivesOf().map(
        (each) => each.loss(() => of.forward({ x }, { training: true }), { x }).value,
      );
      const terms = penalties.map((each) => each.value(watched?.get(each.name) ?? []));
      return [...losses, ...terms].reduce((a, b) => tf.add(a, b));
    };
    // Each direction moves every weight, so that none of their gradients can be wrong unseen.
    for (const direction of [drawn(1), drawn(1)]) {
      moveTo(direction, 0);
      const { gradients } = gradientsOf(loss, trained);
      const along = trained
        .map(({ name }, k) => [gradients[name] as tf.Tensor | undefined, direction[k]] as const)
        .reduce((sum, [g, d]) => sum + (g ? tf.sum(tf.mul(g, d)).dataSync()[0] : 0), 0);
      const [ahead, behind] = [1e-3, -1e-3].map((length) => {
        moveTo(direction, length);
        return loss().dataSync()[0];
      });
      const difference = (ahead - behind) / 2e-3;
      expect(Math.abs(along - difference)).toBeLessThan(0.01 * (0.2 + Math.abs(difference)));
    }
  },
);

test.each(table)('%s: what is frozen stays, bit by bit, and the rest moves', (_, subject) => {
  for (const part of ['a', 'shared', 'between']) {
    const whole = denseOf(subject.make());
    if (!whole.weights.some(({ owner }) => ownerName(owner) === part)) continue;
    const still = frozen(whole, partsOf(whole, [part]));
    const before = new Map(
      still.weights.map(({ name, variable }) => [name, variable.dataSync().slice()]),
    );
    runEagerly(stepOf(still, 'equal'), 0);
    for (const { name, frozen: isFrozen, variable } of still.weights) {
      const same = before.get(name)?.every((v, i) => v === variable.dataSync()[i]) ?? false;
      if (isFrozen) expect([part, name, same]).toEqual([part, name, true]);
    }
    const moved = still.weights.some(({ name, variable }) =>
      variable.dataSync().some((v, i) => v !== before.get(name)?.[i]),
    );
    expect([part, moved]).toEqual([part, true]);
  }
});

test.each(table.filter(([, { isUsual }]) => isUsual))(
  '%s: inference is one ONNX graph, and a model of plain TensorFlow.js where its layers are standard ones',
  async (_, { make }) => {
    const of = denseOf(make());
    const x = tf.tensor2d([0.5, -1, 0.25, 1, 0.75, -0.5], [2, 3]);
    const expected = of.forward({ x }, { training: false }).outputs;
    const isClose = (given: tf.Tensor, task: string) =>
      tf.max(tf.abs(tf.sub(given, expected[task]))).dataSync()[0] < 1e-5;

    const signature = { x: { shape: [2, 3], dtype: 'float32' } } as const;
    const run = (inputs: { readonly x: tf.Tensor }) =>
      tf.tidy(() => ({ ...of.forward(inputs, { training: false }).outputs }));
    const compiled = await compile(run, signature, { threads: 1 });
    await compiled.push();
    // The graph that `save` writes.
    const given = await compiled.run({ x: x.dataSync<'float32'>() });
    await compiled.dispose();
    for (const task of TASKS) {
      const values = given[task] as Float32Array;
      expect([task, isClose(tf.tensor2d(values, [2, 2]), task)]).toEqual([task, true]);
    }

    let saved: tf.io.ModelArtifacts | undefined;
    await of.model.save(
      tf.io.withSaveHandler((artifacts) => {
        saved = artifacts;
        return Promise.resolve({
          modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
        });
      }),
    );
    const { modelTopology, weightSpecs, weightData } = saved as Required<tf.io.ModelArtifacts>;
    const loading = tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology, weightSpecs, weightData }),
    );
    if (of.model.layers.some((layer) => layer.getClassName() === 'Computed')) {
      await expect(loading).rejects.toThrow('Unknown layer: Computed');
      return;
    }
    const plain = (await loading).predict(x) as tf.Tensor[];
    for (const [t, task] of TASKS.entries()) {
      expect([task, isClose(plain[t], task)]).toEqual([task, true]);
    }
  },
);

test.each(table.filter(([, { isUsual }]) => isUsual))(
  '%s: a network of one task has its one output',
  (_, { definition }) => {
    const [usual] = Object.values(definition.settings(['a'], ['first', 'second']));
    const of = denseOf(definition.make(usual), ['a']);
    const { outputs } = of.forward({ x: tf.zeros([2, 3]) }, { training: true });
    expect(outputs['a'].shape).toEqual([2, 2]);
    expect(of.sharing()).toHaveLength(2);
  },
);
