import { balancerNamed, maskedCrossEntropy, type ScalarBalancer } from '@scene-mtl/core';
import { normalPairs, randomStream } from '@scene-mtl/data';
import { compile } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { CLASSES, INPUTS, SIZE, type ToyPicture } from './toy-picture.ts';

const PIXELS = SIZE.height * SIZE.width;
/** Units that both tasks share: too few for both, so that somebody must decide. */
const HIDDEN = 10;
const RATE = 0.01;
/** The weights of the losses are learned faster: log σ² has a way of about 6 to go. */
const WEIGHTING_RATE = 0.05;

/** So small a step is slower where threads share it. */
const ALONE = { threads: 1 };

/** One number for each task. */
export type Pair = readonly [classes: number, distance: number];

/** A small network that learns a picture's two maps, its losses balanced by one method. */
export interface Learner {
  /** One step over the whole picture; losses before it (nats, cm) and weights. */
  step(): Promise<{ readonly losses: Pair; readonly weights: Pair }>;
  /** What it says now: class of each pixel, distance in cm. */
  look(): Promise<{ readonly classes: Uint8Array; readonly distance: Float32Array }>;
  dispose(): Promise<void>;
}

/**
 * Makes a network and compiles its step. The distance's loss is |error| in cm, hundreds of times that of the classes:
 * the plain sum takes the unit for importance.
 * @param method a way of balancing with one backward pass: `equal`, `uncertainty`, …
 * @param seed of the weights that it begins with, the same for every method
 */
export async function learner(method: string, picture: ToyPicture, seed: number): Promise<Learner> {
  const draw = normalPairs(randomStream('demo weights', seed));
  const weight = (rows: number, columns: number) => {
    const values = Float32Array.from({ length: rows * columns }, () => draw() / Math.sqrt(rows));
    return tf.variable(tf.tensor2d(values, [rows, columns]));
  };
  const layers = {
    hidden: weight(INPUTS, HIDDEN),
    classes: weight(HIDDEN + 1, CLASSES),
    distance: weight(HIDDEN + 1, 1),
  };
  const objectives = [
    { name: 'classes', likelihood: 'softmax' },
    { name: 'distance', likelihood: 'laplace' },
  ] as const;
  const balancer = balancerNamed(method).make({ objectives, seed }) as ScalarBalancer;
  const rates = [tf.train.adam(RATE), tf.train.adam(WEIGHTING_RATE)];
  const outputsOf = (inputs: tf.Tensor) => {
    const hidden = tf.tanh(tf.matMul(inputs, layers.hidden));
    const features = tf.concat([hidden, tf.ones([PIXELS, 1])], 1);
    return {
      classes: tf.matMul(features, layers.classes),
      // The network speaks in metres, its loss in centimetres.
      distance: tf.add(tf.mul(tf.matMul(features, layers.distance), 100), 500),
    };
  };
  const one = tf.scalar(1);
  const present = { classes: one, distance: one };
  const shaped = (channels: number) => ({ shape: [PIXELS, channels], dtype: 'float32' }) as const;
  const mask = tf.ones([1, SIZE.height, SIZE.width, 1]);
  const compiled = await compile(
    ({ inputs, classes, distance }: Record<'inputs' | 'classes' | 'distance', tf.Tensor>) => {
      let logged: Record<string, tf.Scalar> = {};
      const total = () => {
        const found = outputsOf(inputs);
        const image = (map: tf.Tensor, channels: number) =>
          tf.reshape<tf.Rank.R4>(map, [1, SIZE.height, SIZE.width, channels]);
        const losses = {
          classes: maskedCrossEntropy(image(found.classes, CLASSES), image(classes, 1), mask),
          distance: tf.mean<tf.Scalar>(tf.abs(tf.sub(found.distance, distance))),
        };
        const sum = (terms: Readonly<Record<string, tf.Scalar>>) =>
          tf.add<tf.Scalar>(terms['classes'], terms['distance']);
        const combined = balancer.combine(losses, { present, sum, inputs: {} });
        logged = {
          ...losses,
          w0: combined.report['weight/classes'],
          w1: combined.report['weight/distance'],
        };
        Object.values(logged).forEach((value) => tf.keep(value));
        return combined.total;
      };
      const parts = [Object.values(layers), Object.values(balancer.variables)];
      const { grads } = tf.variableGrads(total, parts.flat());
      parts.forEach((variables, i) => {
        if (variables.length === 0) return;
        rates[i].applyGradients(variables.map(({ name }) => ({ name, tensor: grads[name] })));
      });
      return logged;
    },
    { inputs: shaped(INPUTS), classes: shaped(1), distance: shaped(1) },
    ALONE,
  );
  const look = await compile(
    ({ inputs }: { readonly inputs: tf.Tensor }) => outputsOf(inputs),
    { inputs: shaped(INPUTS) },
    ALONE,
  );
  const arrays = {
    inputs: picture.inputs,
    classes: Float32Array.from(picture.givenClasses),
    distance: picture.givenDistance,
  };
  return {
    async step() {
      const { classes, distance, w0, w1 } = await compiled.run(arrays);
      return { losses: [classes[0], distance[0]], weights: [w0[0], w1[0]] };
    },
    async look() {
      await compiled.pull();
      await look.push();
      const { classes, distance } = await look.run({ inputs: picture.inputs });
      return { classes: largest(classes as Float32Array), distance: distance as Float32Array };
    },
    async dispose() {
      await compiled.dispose();
      await look.dispose();
      tf.dispose([...Object.values(layers), ...Object.values(balancer.variables), one, mask]);
      rates.forEach((optimiser) => optimiser.dispose());
    },
  };
}

const largest = (logits: Float32Array): Uint8Array =>
  Uint8Array.from({ length: logits.length / CLASSES }, (_, i) => {
    const own = logits.subarray(i * CLASSES, (i + 1) * CLASSES);
    return own.indexOf(Math.max(...own));
  });
