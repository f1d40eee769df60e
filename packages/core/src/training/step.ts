import type { InputSpec, InputTensors, Outputs } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { commit, type Statistic } from '../layers/forward.ts';
import type { MultiTaskModel } from '../model.ts';
import { gradientsOf } from '../optimisers/gradients.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import type { Likelihood } from '../task.ts';
import type { Weighting } from '../weighting/weighting.ts';

/** Shape of one float32 input. */
export type FloatSpec = InputSpec & { readonly dtype: 'float32' };

/** A signature of float32 inputs only. */
export type FloatSignature = Readonly<Record<string, FloatSpec>>;

/** What a training step is made of. */
export interface TrainingStepOptions {
  readonly network: MultiTaskModel;
  readonly weighting: Weighting;
  readonly optimiser: Optimiser;
  /** B. */
  readonly batchSize: number;
}

/** A training step: a function to be compiled once, and the shapes of its inputs. */
export interface TrainingStep {
  /**
   * `image` `[B, H, W, 3]`; `target/<task>` `[B, H, W, C]` and `mask/<task>` `[B, H, W, 1]` for each
   * task; the scalars `rate/network`, `rate/weighting`, and `apply` (1, or 0 while gradients are
   * only being accumulated); `weighting/<input>` for each input of the weighting.
   */
  readonly signature: FloatSignature;
  /**
   * Forward, gradients and update. Returns scalars: `total`, `loss/<task>`, `present/<task>`, the
   * weighting's report, `gradientNorm`, `parameterNorm` and `updateNorm`.
   */
  readonly run: (inputs: InputTensors<FloatSignature>) => Outputs;
}

const float = (...shape: number[]): FloatSpec => ({ shape, dtype: 'float32' });

/** Prefix of the weighting's own inputs in the signature. */
export const WEIGHTING_INPUT = 'weighting/';

/** Builds the training step of a network under a weighting and an optimiser. */
export function trainingStep(options: TrainingStepOptions): TrainingStep {
  const { network, weighting, optimiser, batchSize: B } = options;
  const { tasks } = network;
  const [H, W] = network.size;
  const signature: Record<string, FloatSpec> = { image: float(B, H, W, 3) };
  for (const task of tasks) {
    signature[`target/${task.name}`] = float(B, H, W, task.targetChannels);
    signature[`mask/${task.name}`] = float(B, H, W, 1);
  }
  for (const scalar of ['rate/network', 'rate/weighting', 'apply']) signature[scalar] = float();
  for (const [name, shape] of Object.entries(weighting.inputs)) {
    signature[WEIGHTING_INPUT + name] = float(...shape);
  }
  const likelihoods: Record<string, Likelihood> = {};
  for (const task of tasks) likelihoods[task.name] = task.likelihood;

  const run = (inputs: InputTensors<FloatSignature>): Outputs => {
    const logged: Record<string, tf.Tensor> = {};
    const own = Object.keys(weighting.inputs).map((n) => [n, inputs[WEIGHTING_INPUT + n]] as const);
    let statistics: readonly Statistic[] = [];
    const { value, gradients } = gradientsOf(() => {
      const forward = network.forward(inputs, { training: true });
      const outputs = forward.outputs as Readonly<Record<string, tf.Tensor4D>>;
      statistics = forward.statistics;
      const losses: Record<string, tf.Scalar> = {};
      const present: Record<string, tf.Scalar> = {};
      for (const task of tasks) {
        const { name, likelihood } = task;
        const target = inputs[`target/${name}`] as tf.Tensor4D;
        const mask = inputs[`mask/${name}`] as tf.Tensor4D;
        const raw = task.loss(outputs[name], target, mask);
        losses[name] = weighting.scaleOutput
          ? task.loss(weighting.scaleOutput(outputs[name], name, likelihood), target, mask)
          : raw;
        present[name] = tf.cast(tf.greater(tf.sum(mask), 0), 'float32');
        logged[`loss/${name}`] = raw;
        logged[`present/${name}`] = present[name];
      }
      const context = { present, inputs: Object.fromEntries(own) };
      const { total, report } = weighting.combine(losses, likelihoods, context);
      Object.assign(logged, report);
      // What leaves only by way of `logged` would be freed when the differentiation ends.
      Object.values(logged).forEach((tensor) => tf.keep(tensor));
      statistics.forEach((statistic) => tf.keep(statistic.value));
      return total;
    }, optimiser.parameters);
    const kept = Object.values(logged);
    for (const name of Object.keys(logged)) logged[name] = tf.clone(logged[name]);
    tf.dispose(kept);
    commit(statistics);
    tf.dispose(statistics.map((statistic) => statistic.value));
    const rates = {
      network: inputs['rate/network'] as tf.Scalar,
      weighting: inputs['rate/weighting'] as tf.Scalar,
    };
    const norms = optimiser.update(gradients, rates, inputs['apply'] as tf.Scalar);
    tf.dispose(gradients);
    return { total: value, ...logged, ...norms };
  };
  return { signature, run };
}

/** A network's inference as a step to be compiled. */
export interface PredictionStep {
  readonly signature: { readonly image: FloatSpec };
  /** `image` `[B, H, W, 3]` → output `[B, H, W, C]` by task. */
  readonly run: (inputs: { readonly image: tf.Tensor }) => Record<string, tf.Tensor>;
}

/** The network alone: `image` `[B, H, W, 3]` → one output per task, with moving averages. */
export function predictionStep(network: MultiTaskModel, batchSize: number): PredictionStep {
  const [H, W] = network.size;
  return {
    signature: { image: float(batchSize, H, W, 3) },
    run: (inputs) => tf.tidy(() => ({ ...network.forward(inputs, { training: false }).outputs })),
  };
}
