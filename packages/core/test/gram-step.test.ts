import { beforeAll, expect, test } from '@jest/globals';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import {
  balancerNamed,
  gramStep,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  sgd,
  trainingStep,
  watchGradients,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { tinyEncoder, toyArrays, toyTasks } from './toy.ts';

const SIZE = [16, 16] as const;
beforeAll(useCpu);

function made() {
  const network = multiTaskModel({
    ...{ encoder: tinyEncoder(), tasks: toyTasks(), size: SIZE, seed: 1 },
  });
  // PCGrad, whose step logs the lengths of the gradients.
  const balancer = balancerNamed('pcgrad').make({ objectives: network.tasks });
  const parameters = parametersOf(network, balancer.variables);
  return {
    network,
    objectives: network.tasks.map((task) => objectiveOf(task, SIZE)),
    ...{ balancer, parameters, optimiser: sgd(parameters.trained) },
    batchSizes: { [MAIN_STREAM]: 2 },
  };
}

const arrays = Object.fromEntries(
  Object.entries(toyArrays(3, 2, SIZE)).map(([name, values]) => [name, Float32Array.from(values)]),
);

test('the products are those of the training step, and nothing changes', async () => {
  const options = made();
  const [step, gram] = [trainingStep(options), gramStep(options)];
  const values = () => [...step.variables].map(([name, v]) => [name, [...v.dataSync()]]);
  const before = values();
  const looking = await compile(gram.run, gram.signature);
  await looking.push();
  const { gram: seen } = await looking.run(arrays);
  await looking.pull();
  expect(values()).toEqual(before);

  const training = await compile(step.run, step.signature);
  const rates = { 'rate/network': Float32Array.of(0.1), 'rate/weighting': Float32Array.of(0.1) };
  const logged = await training.run({
    ...{ ...arrays, ...rates, apply: Float32Array.of(1) },
    ...step.inputsAt(0),
  });
  const K = options.objectives.length;
  gram.objectives.forEach((name, i) => {
    expect(Math.sqrt(seen[i * K + i])).toBeCloseTo(logged[`gradientNorm/${name}`][0], 5);
    gram.objectives.forEach((_, j) => expect(seen[i * K + j]).toBe(seen[j * K + i]));
  });
  await looking.dispose();
  await training.dispose();
});

test('it is looked at the variables as they are now', async () => {
  const options = made();
  const gram = gramStep(options);
  const watch = await watchGradients(gram, compile);
  const first = await watch.look(arrays);
  for (const { variable } of options.parameters.trained) {
    variable.assign(tf.mul(variable, 1.5));
  }
  const second = await watch.look(arrays);
  const [a, b] = options.objectives.map(({ name }) => name);
  expect(Object.keys(first ?? {})).toContain(`cosine/${a}+${b}`);
  expect(second?.['cosineToMean']).not.toBe(first?.['cosineToMean']);
  await watch.dispose();
});

test('without shared parameters that are trained there is nothing to look at', () => {
  const options = made();
  const own = options.parameters.trained.filter(({ role }) => role !== 'shared');
  expect(() => gramStep({ ...options, optimiser: sgd(own) })).toThrow(
    'gradient health: expected trained parameters that the tasks share, got none',
  );
});
