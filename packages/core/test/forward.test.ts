import { compile } from '@scene-mtl/runtime';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  commit,
  fixed,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  owned,
  parametersOf,
  sgd,
  trainingStep,
  type Task,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { tinyEncoder, toyArrays, toyTask, toyTasks } from './toy.ts';

beforeAll(useCpu);

const SIZE = [16, 16] as const;

const build = (tasks = toyTasks()) =>
  multiTaskModel({ encoder: tinyEncoder(), tasks, size: SIZE, seed: 1 });

const image = (seed: number) => tf.tensor4d(toyArrays(seed, 2, SIZE)['image'], [2, ...SIZE, 3]);

const values = (model: tf.LayersModel) => model.weights.map((w) => w.read().dataSync().slice());

test('a forward pass assigns nothing, and what it reports is what TensorFlow.js would assign', () => {
  const [pure, assigned] = [build(), build()];
  const before = values(pure.model);
  const { outputs, shared, statistics } = pure.forward({ image: image(3) }, { training: true });
  expect(values(pure.model)).toEqual(before);
  expect(shared?.shape).toEqual([2, 2, 2, 16]);
  // Plain `apply` hands no list to the layers, which then assign at once.
  const list = assigned.model.apply(image(3), { training: true }) as tf.Tensor[];
  expect(outputs['classes'].dataSync()).toEqual(list[0].dataSync());
  // Two averages for each of the 14 normalisations (stem 1, blocks 3 · 2 + 3 shortcuts, pyramid 4).
  expect(statistics.length).toBe(28);
  commit(statistics);
  expect(values(pure.model)).toEqual(values(assigned.model));
  expect(values(pure.model)).not.toEqual(before);
});

test('inference reports nothing, and a missing input is named', () => {
  const network = build();
  expect(network.forward({ image: image(3) }, { training: false }).statistics).toEqual([]);
  expect(() => network.forward({ photo: image(3) }, { training: false })).toThrow(
    'dilated-residual-aspp-multi-task: expected an input image, got [photo]',
  );
});

test('two passes of one step move an average by the mean of both', () => {
  const network = build();
  const passes = [3, 4].map((seed) => network.forward({ image: image(seed) }, { training: true }));
  const { variable } = passes[0].statistics[0];
  const [a, b] = passes.map(({ statistics }) => statistics[0].value.dataSync());
  commit(passes.flatMap(({ statistics }) => statistics));
  expect(variable.dataSync()).toBeAllClose(
    a.map((x, i) => (x + b[i]) / 2),
    { rtol: 1e-6, atol: 0 },
  );
});

/** A head with TensorFlow.js' own batch normalisation, which assigns while it runs. */
const foreign = (): Task<null> => {
  const task = toyTask('height', 'laplace', 1);
  return {
    ...task,
    decoder: (features, size, options) => {
      const layer = tf.layers.batchNormalization({ name: 'height/foreign', momentum: 0.5 });
      const y = owned(layer, options.scope).apply(features) as tf.SymbolicTensor;
      return task.decoder(y, size, options);
    },
  };
};

test("TensorFlow.js' own batch normalisation in a network reports, too", () => {
  const network = build([foreign()]);
  const before = values(network.model);
  const { shared, statistics } = network.forward({ image: image(3) }, { training: true });
  expect(values(network.model)).toEqual(before);
  const own = statistics.filter(({ variable }) => variable.name.startsWith('height/foreign'));
  expect(own.length).toBe(2);
  // Moving mean 0 → 0.5 · 0 + 0.5 · mean.
  const mean = tf.mul(tf.mean(shared as tf.Tensor, [0, 1, 2]), 0.5).dataSync();
  expect(own[0].value.dataSync()).toBeAllClose(mean, { rtol: 1e-4, atol: 1e-6 });
});

test('captured and eager, a step moves the averages of both kinds of normalisation alike', async () => {
  const ends = [];
  for (const engine of ['cpu', 'onnx'] as const) {
    const network = build([foreign()]);
    const balancer = fixed.make({ objectives: network.tasks }, { height: 1 });
    const parameters = parametersOf(network, balancer.variables);
    const step = trainingStep({
      network,
      objectives: network.tasks.map((task) => objectiveOf(task, SIZE)),
      balancer,
      parameters,
      optimiser: sgd(parameters.trained),
      batchSizes: { [MAIN_STREAM]: 2 },
    });
    const compiled = await compile(step.run, step.signature, { engine });
    for (let i = 0; i < 2; i++) {
      const { 'target/height': target, 'mask/height': mask, ...arrays } = toyArrays(i, 2, SIZE);
      const rates = { 'rate/network': Float32Array.of(0.05), 'rate/weighting': Float32Array.of(0) };
      const labels = { image: arrays['image'], 'target/height': target, 'mask/height': mask };
      await compiled.run({ ...labels, ...rates, apply: Float32Array.of(1) });
    }
    await compiled.pull();
    ends.push(parameters.buffers.flatMap(({ variable }) => Array.from(variable.dataSync())));
    await compiled.dispose();
  }
  expect(ends[1]).toBeAllClose(ends[0], { rtol: 1e-3, atol: 1e-5 });
});
