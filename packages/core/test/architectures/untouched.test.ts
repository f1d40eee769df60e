import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  architectures,
  convBnRelu,
  dropoutLayer,
  fixed,
  frozen,
  inside,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  ownerName,
  parametersOf,
  partsOf,
  sgd,
  trainingStep,
  untouchedTasks,
  withRandomLayers,
  type MultiTaskModel,
  type Task,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { tinyEncoder, toyArrays, toyTask } from '../toy.ts';

beforeAll(useCpu);

const SIZE = [16, 16] as const;

/** A toy head with a hidden layer that is normalised and drops out. */
const withHidden = (task: Task<null>): Task<null> => ({
  ...task,
  decoder: (features, size, options) => {
    const hidden = convBnRelu(features, inside(options.scope, 'hidden'), { filters: 2 });
    return task.decoder(dropoutLayer(hidden, options.scope, options.dropout), size, options);
  },
});

const tasks = [toyTask('classes', 'softmax', 3), toyTask('height', 'laplace', 1)].map(withHidden);
const names = tasks.map(({ name }) => name);

/** Every architecture under its usual settings, with what it is built into. */
const cases = architectures.map((definition) => {
  const encoder = tinyEncoder();
  const settings = definition.settings(
    names,
    encoder.stages.map(({ name }) => name),
  );
  const [usual] = Object.values(settings);
  const build = (): MultiTaskModel =>
    multiTaskModel({
      ...{ encoder, tasks, size: SIZE, seed: 1, architecture: definition.make(usual) },
      decoder: { dropout: { classes: 0.5, height: 0.5 } },
    });
  return { name: definition.name, build };
});

/** A step on both tasks, eagerly. */
function train(network: MultiTaskModel): void {
  const balancer = fixed.make({ objectives: tasks }, { classes: 1, height: 1 });
  const parameters = parametersOf(network, balancer.variables);
  const plain = trainingStep({
    ...{ network, balancer, parameters, batchSizes: { [MAIN_STREAM]: 2 } },
    objectives: tasks.map((task) => objectiveOf(task, SIZE)),
    optimiser: sgd(parameters.trained, { weightDecay: 0.1 }),
  });
  const step = withRandomLayers(plain, network, 1);
  const rates = { 'rate/network': [0.05], 'rate/weighting': [0], apply: [1] };
  const given: Record<string, ArrayLike<number>> = {
    ...{ ...toyArrays(0, 2, SIZE), ...rates },
    ...step.inputsAt(0),
  };
  tf.tidy(() => {
    const inputs = Object.entries(step.signature).map(
      ([name, { shape }]) => [name, tf.tensor(Float32Array.from(given[name]), [...shape])] as const,
    );
    step.run(Object.fromEntries(inputs));
  });
}

const outputsOf = (network: MultiTaskModel): Record<string, Float32Array> =>
  tf.tidy(() => {
    const image = tf.tensor4d(toyArrays(9, 2, SIZE)['image'], [2, ...SIZE, 3]);
    const { outputs } = network.forward({ image }, { training: false });
    const all = Object.entries(outputs).map(
      ([name, output]) => [name, output.dataSync<'float32'>().slice()] as const,
    );
    return Object.fromEntries(all);
  });

describe('with all but one head frozen, the others give the same bits after training', () => {
  test.each(cases)('$name', ({ build }) => {
    const whole = build();
    const owners = new Set(whole.weights.map(({ owner }) => ownerName(owner)));
    const still = [...owners].filter((owner) => owner !== 'height');
    const network: MultiTaskModel = { ...whole, ...frozen(whole, partsOf(whole, still)) };
    const before = outputsOf(network);
    train(network);
    const after = outputsOf(network);
    expect(after['height']).not.toEqual(before['height']);
    // Without a trunk the head is a network of its own, and the other one stays all the more.
    expect(after['classes']).toEqual(before['classes']);
    expect(untouchedTasks(network)).toEqual(['classes']);
    // What the test would miss if it could: with nothing frozen the other output moves.
    train(whole);
    expect(outputsOf(whole)['classes']).not.toEqual(before['classes']);
    whole.model.dispose();
  });
});
