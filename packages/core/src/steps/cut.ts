import type { InputTensors } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { sumOf } from '../balancing/per-task.ts';
import type { ScalarBalancer } from '../balancing/scalar-balancer.ts';
import type { Statistic } from '../layers/forward.ts';
import type { Runnable } from '../network.ts';
import type { Objective } from '../objective.ts';
import { gradientsOf } from '../optimisers/gradients.ts';
import type { Gradients } from '../optimisers/optimiser.ts';
import type { Parameter } from '../parameters.ts';
import { differentiated, type Differentiated } from './differentiated.ts';
import { lossesOf } from './evaluate-losses.ts';
import type { Part } from './gradient-rows.ts';
import type { FloatSignature } from './step.ts';

/** An objective differentiated behind the border alone. */
export interface Behind extends Differentiated {
  /** `∂L/∂z` of the tensors z on the border, by the names of {@link Cut.parts}. */
  readonly rows: Gradients;
}

/** A network's pass over the batches of a step, cut at its border. */
export interface Cut {
  /** The tensors z on the border, `[B, …]`. */
  readonly parts: readonly Part[];
  /** Of the whole pass over the main stream's batch. */
  readonly statistics: readonly Statistic[];
  /** `gradients` are those of parameters that the loss depends on by another way than through the border. */
  behind(objective: Objective): Behind;
  /**
   * Gradients of the parameters before the border, by the chain rule: one backward pass.
   * @param direction what stands for the gradient of z, by the names of the parts
   */
  before(direction: Gradients): Gradients;
}

/**
 * Cuts a step where its tasks part: backward passes of each objective through the layers behind the border,
 * and one for all through those before it. The forward pass is one, once compiled.
 * @param network one whose border has shapes
 * @param trained all parameters that are trained
 */
export function cutOf(
  network: Runnable,
  objectives: readonly Objective[],
  trained: readonly Parameter[],
  inputs: InputTensors<FloatSignature>,
  weighing?: ScalarBalancer,
): Cut {
  const shared = trained.filter(({ role }) => role === 'shared');
  const whole = lossesOf(network, objectives, inputs);
  const borders = whole.borders();
  const parts = [...borders].flatMap(([stream, tensors]) =>
    tensors.map(({ shape }, i): Part => ({ name: `border/${stream}/${i}`, shape })),
  );
  return {
    parts,
    statistics: whole.statistics(),
    behind(objective) {
      const one = differentiated(
        objective,
        network,
        objectives,
        trained,
        inputs,
        weighing,
        borders,
      );
      const rows: Record<string, tf.Tensor> = {};
      for (const [i, { name }] of parts.entries()) {
        const gradient = one.of[i];
        if (gradient) rows[name] = gradient;
      }
      return { ...one, rows };
    },
    before(direction) {
      if (Object.keys(direction).length === 0) return {};
      const { gradients } = gradientsOf(() => {
        const again = [...lossesOf(network, objectives, inputs).borders().values()].flat();
        // Its gradient by z is the direction.
        return sumOf(
          again.flatMap((z, i) => {
            const d = direction[parts[i].name] as tf.Tensor | undefined;
            return d ? [tf.sum<tf.Scalar>(tf.mul(z, d))] : [];
          }),
        );
      }, shared);
      return gradients;
    },
  };
}
