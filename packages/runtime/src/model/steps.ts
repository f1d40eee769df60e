import * as tf from '@tensorflow/tfjs';
import { compileEach, type CompiledEach, type CompileEachOptions } from '../compile-each.ts';
import { applyGradientsAtRate } from '../ops/scheduled.ts';
import type { Outputs, Signature } from '../signature.ts';
import { internalsOf, withMethods } from './internals.ts';
import type { Rows } from './rows.ts';

/** Name of the input from which random layers draw. */
const SEED = 'seed';
/** Name of the input that is the optimiser's rate. */
const RATE = 'rate';

type Step = CompiledEach<Outputs>;

/** The steps of a model, compiled when first used, that share its variables. */
export interface ModelSteps {
  /** Trains on a batch of inputs, targets and sample weights: the loss before it, then the metrics. */
  train(batch: readonly Rows[], seed: number): Promise<number[]>;
  /** Loss and metrics of a batch of inputs and targets. */
  test(batch: readonly Rows[]): Promise<number[]>;
  /** Outputs of a batch of inputs. */
  predict(batch: readonly Rows[]): Promise<Rows[]>;
  /** Makes the model's variables current, and says that they may be changed until the next step. */
  release(): Promise<void>;
  dispose(): Promise<void>;
}

/** Compiles the steps of a model. */
export function modelSteps(model: tf.LayersModel, options: CompileEachOptions): ModelSteps {
  const optimiserOf = () =>
    internalsOf(model).optimizer_ as tf.Optimizer & { learningRate?: number };
  const steps = new Map<string, Step>();
  let holder: Step | undefined;
  // Rates: of what is compiled as a constant; undefined once it is an input.
  let constant: number | undefined;

  /** The step of that name, with the newest values of the variables. */
  const current = async (name: string, make: () => Step): Promise<Step> => {
    const step = steps.get(name) ?? make();
    steps.set(name, step);
    if (holder !== step) {
      await holder?.pull();
      await step.push();
      holder = step;
    }
    return step;
  };

  const run = async (
    name: string,
    make: () => Step,
    batch: readonly Rows[],
    extra: Readonly<Record<string, Float32Array | Int32Array>> = {},
  ): Promise<Record<string, Float32Array | Int32Array | Uint8Array>> => {
    const step = await current(name, make);
    const signature: Record<string, Signature[string]> = {};
    const values: Record<string, Rows['values']> = {};
    for (const [k, { shape, dtype, values: own }] of batch.entries()) {
      signature[`${k}`] = { shape, dtype };
      values[`${k}`] = own;
    }
    for (const [key, own] of Object.entries(extra)) {
      signature[key] = { shape: [], dtype: own instanceof Float32Array ? 'float32' : 'int32' };
      values[key] = own;
    }
    return step.run(signature, values as never);
  };

  const trainAt = (rated: boolean) => (): Step =>
    compileEach((inputs) => named(trainFunction(model, rated ? inputs[RATE] : undefined)(inputs)), {
      ...options,
      seed: SEED,
    });
  const test = (): Step =>
    compileEach((inputs) => {
      internalsOf(model).makeTestFunction();
      return named(internalsOf(model).testFunction(tensorsOf(inputs)));
    }, options);
  /** Shapes of the outputs, by the shapes of the inputs. */
  const outputShapes = new Map<string, readonly (readonly number[])[]>();
  const predict = (): Step =>
    compileEach((inputs) => {
      const tensors = tensorsOf(inputs);
      const found = model.apply(tensors, { training: false }) as tf.Tensor | tf.Tensor[];
      const outputs = Array.isArray(found) ? found : [found];
      outputShapes.set(
        shapesKey(tensors),
        outputs.map(({ shape }) => shape),
      );
      return named(outputs);
    }, options);

  return {
    async train(batch, seed) {
      const optimiser = optimiserOf();
      const rate = optimiser.learningRate;
      constant ??= rate;
      const drawn = { [SEED]: Int32Array.of(seed) };
      if (constant === undefined || rate === undefined || rate === constant) {
        return numbersOf(await run('train', trainAt(false), batch, drawn));
      }
      // The rate that the captured optimiser has stays as it was; the one asked for is an input.
      optimiser.learningRate = constant;
      try {
        const extra = { ...drawn, [RATE]: Float32Array.of(rate) };
        return numbersOf(await run('train at a rate', trainAt(true), batch, extra));
      } finally {
        optimiser.learningRate = rate;
      }
    },
    test: async (batch) => numbersOf(await run('test', test, batch)),
    async predict(batch) {
      const outputs = await run('predict', predict, batch);
      const shapes = outputShapes.get(shapesKey(batch)) ?? [];
      return Object.values(outputs).map((values, k) => ({
        ...{ shape: shapes[k], dtype: dtypeOf(values), values },
      }));
    },
    async release() {
      await holder?.pull();
      holder = undefined;
    },
    async dispose() {
      await holder?.pull();
      holder = undefined;
      for (const step of steps.values()) await step.dispose();
      steps.clear();
    },
  };
}

/** The model's own training function, its optimiser's rate an input where one is given. */
function trainFunction(model: tf.LayersModel, rate: tf.Tensor | undefined) {
  const { optimizer_: optimiser } = internalsOf(model);
  const minimize = (f: () => tf.Scalar, _cost: boolean, variables: tf.Variable[]): tf.Scalar => {
    const { value, grads } = tf.variableGrads(f, variables);
    if (rate === undefined) optimiser.applyGradients(grads);
    else applyGradientsAtRate(optimiser, grads, rate);
    return value;
  };
  const made = internalsOf(withMethods(model, { optimizer_: { minimize } })).makeTrainFunction();
  return (inputs: Readonly<Record<string, tf.Tensor>>) => made(tensorsOf(inputs));
}

/** The inputs that are named by number, in order. */
const tensorsOf = (inputs: Readonly<Record<string, tf.Tensor>>): tf.Tensor[] =>
  Object.keys(inputs)
    .filter((name) => name !== SEED && name !== RATE)
    .map((name) => inputs[name]);

const named = (tensors: readonly tf.Tensor[]): Outputs =>
  Object.fromEntries(tensors.map((tensor, k) => [`${k}`, tensor]));

const shapesKey = (tensors: readonly { readonly shape: readonly number[] }[]): string =>
  tensors.map(({ shape }) => shape.join('×')).join(', ');

const numbersOf = (outputs: Readonly<Record<string, ArrayLike<number>>>): number[] =>
  Object.values(outputs).map((values) => values[0]);

const dtypeOf = (values: Rows['values']): Rows['dtype'] =>
  values instanceof Float32Array ? 'float32' : values instanceof Int32Array ? 'int32' : 'bool';
