import type { InputTensors } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import type { ScalarBalancer } from '../balancing/scalar-balancer.ts';
import type { Statistic } from '../layers/forward.ts';
import type { Runnable } from '../network.ts';
import type { Objective } from '../objective.ts';
import { gradientsOf } from '../optimisers/gradients.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';
import { escape, lossesOf, type BorderTensors } from './evaluate-losses.ts';
import type { FloatSignature } from './step.ts';

/** One objective's loss, 0 where it is absent, and its gradients. */
export interface Differentiated {
  readonly value: tf.Scalar;
  /** The loss of the output as it is, where `value` is that of a scaled one. */
  readonly logged: tf.Scalar;
  readonly present: tf.Scalar;
  readonly gradients: Gradients;
  /** Of the tensors of the border where the pass began, in the order of `borders`. */
  readonly of: readonly (tf.Tensor | undefined)[];
  readonly statistics: readonly Statistic[];
}

/**
 * Differentiates one objective's loss. Nothing is assigned: what moving averages become is among the result.
 * @param weighing scales the output before the loss is taken, where it does that
 * @param borders where passes begin; default at the input
 */
export function differentiated(
  objective: Objective,
  network: Runnable,
  objectives: readonly Objective[],
  parameters: readonly Parameter[],
  inputs: InputTensors<FloatSignature>,
  weighing?: ScalarBalancer,
  borders?: BorderTensors,
): Differentiated {
  const { keep, out, free } = escape();
  const scaleOutput = weighing?.scaleOutput;
  const { name, head = name } = objective;
  let present: tf.Scalar | undefined;
  let raw: tf.Scalar | undefined;
  let statistics: readonly Statistic[] = [];
  const compute = (): tf.Scalar => {
    const evaluated = lossesOf(network, objectives, inputs, borders);
    const loss = evaluated.of(objective, scaleOutput && ((output) => scaleOutput(output, head)));
    if (scaleOutput) raw = keep(tf.mul<tf.Scalar>(evaluated.of(objective).value, loss.present));
    present = keep(loss.present);
    statistics = evaluated.statistics();
    statistics.forEach((statistic) => keep(statistic.value));
    return tf.mul<tf.Scalar>(loss.value, loss.present);
  };
  const { value, gradients, of } = gradientsOf(
    compute,
    parameters,
    [...(borders?.values() ?? [])].flat(),
  );
  const result = {
    value,
    logged: raw ? out(raw) : value,
    gradients,
    of,
    present: out(present as unknown as tf.Scalar),
    statistics: statistics.map((s) => ({ variable: s.variable, value: out(s.value) })),
  };
  free();
  return result;
}
