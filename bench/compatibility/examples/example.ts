import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import type { Inputs, Program, Subject, Values } from '../subject.ts';

/** What the numbers of an array are. */
export type Kind =
  /** Normal deviates. */
  | 'normals'
  /** Uniform in [0, 1). */
  | 'pixels'
  /** Whole numbers from 0 below n, as floats. */
  | { readonly below: number }
  /** One of the last axis is 1, the others 0. */
  | 'one-hot';

/** A model of `tf.layers` that is trained on random numbers of the right shape. */
export interface TrainedModel {
  /** Folder of TensorFlow.js' examples whose training it follows, and which one. */
  readonly id: string;
  /** The model, with `seedWeights` to follow; it may be made of others. */
  readonly model: () => tf.LayersModel;
  readonly optimizer: string | (() => tf.Optimizer);
  readonly loss: tf.ModelCompileArgs['loss'];
  readonly metrics?: string[];
  readonly batch: number;
  /** Of the inputs in order; default normals. */
  readonly x?: readonly Kind[];
  /** Of the targets in order; default normals. */
  readonly y?: readonly Kind[];
  /** Shapes of the targets without the batch, where they are not those of the outputs. */
  readonly targets?: readonly (readonly number[])[];
  /** Whether layers draw: Dropout. */
  readonly random?: boolean;
}

/** Steps that an example trains before results are compared. */
export const STEPS = 5;

/** A trained model as a subject: five batches of `trainOnBatch`. */
export function trained(example: TrainedModel): Subject {
  const { id, batch, x = [], y = [] } = example;
  const kinds: Record<string, Kind | undefined> = {
    ...Object.fromEntries(x.map((kind, i) => [`x${i}`, kind])),
    ...Object.fromEntries(y.map((kind, i) => [`y${i}`, kind])),
  };
  return {
    id,
    steps: STEPS,
    build() {
      const model = example.model();
      seedWeights(model);
      const { optimizer, loss, metrics } = example;
      model.compile({
        optimizer: typeof optimizer === 'string' ? optimizer : optimizer(),
        loss,
        ...(metrics && { metrics }),
      });
      const sized = (shape: readonly (number | null)[]) => [batch, ...shape.slice(1)] as number[];
      const inputs = model.inputs.map(({ shape }, i) => [`x${i}`, sized(shape)] as const);
      const targets = model.outputs.map(({ shape }, i) => {
        const own = example.targets?.[i];
        return [`y${i}`, own ? [batch, ...own] : sized(shape)] as const;
      });
      return {
        model,
        random: example.random ?? false,
        inputs: Object.fromEntries(
          [...inputs, ...targets].map(([name, shape]) => [
            name,
            { shape, dtype: 'float32' as const },
          ]),
        ),
        step: () => ({}),
      };
    },
    values: (inputs, step) => drawn(inputs, kinds, step),
  };
}

/** A step of one's own. */
export interface OwnStep {
  readonly id: string;
  readonly build: () => Program;
  /** Of the inputs by name; default normals. */
  readonly kinds?: Readonly<Record<string, Kind>>;
}

/** A step of one's own as a subject. */
export const stepping = ({ id, build, kinds = {} }: OwnStep): Subject => ({
  id,
  steps: STEPS,
  build,
  values: (inputs, step) => drawn(inputs, kinds, step),
});

/** Random numbers of the kinds, the same for the same step. */
function drawn(
  inputs: Inputs,
  kinds: Readonly<Record<string, Kind | undefined>>,
  step: number,
): Values {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => {
      const random = stream(1, 'compatibility', name, step);
      const values = valuesOf(kinds[name] ?? 'normals', shape, random);
      return [name, dtype === 'int32' ? Int32Array.from(values) : values];
    }),
  );
}

function valuesOf(
  kind: Kind,
  shape: readonly number[],
  random: ReturnType<typeof stream>,
): Float32Array {
  const length = shape.reduce((a, b) => a * b, 1);
  if (kind === 'normals') return random.normals(length);
  if (kind === 'pixels') return Float32Array.from({ length }, () => random.next());
  if (kind !== 'one-hot') {
    return Float32Array.from({ length }, () => random.integer(kind.below));
  }
  const classes = shape[shape.length - 1];
  const values = new Float32Array(length);
  for (let row = 0; row < length; row += classes) values[row + random.integer(classes)] = 1;
  return values;
}

/** Gives matrices and filters of a model the same numbers each time: normals of variance 1 / fan-in. */
export function seedWeights(model: tf.LayersModel): void {
  for (const [i, weight] of model.weights.entries()) {
    const shape = weight.shape as number[];
    if (shape.length < 2) continue;
    weight.write(normals(shape, `weight ${i}`));
  }
}

/** Normals of variance 1 / fan-in, the same for the same name. */
export function normals(shape: readonly number[], name: string): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const fanIn = size / shape[shape.length - 1];
  return tf.tensor(stream(1, name).normals(size, 1 / Math.sqrt(fanIn)), [...shape]);
}
