import type { InputTensors } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import type { PerTask } from '../balancing/per-task.ts';
import type { ScalarBalancer } from '../balancing/scalar-balancer.ts';
import type { Runnable } from '../network.ts';
import type { Objective } from '../objective.ts';
import { lossesOf } from './evaluate-losses.ts';
import type { FloatSignature } from './step.ts';

/**
 * Lets a balancer that asks for it see what the update made of the losses: one more forward pass over
 * the same batch, by statistics of the batch as before. Moving averages are those of the first pass alone.
 * @param before losses as they were, 0 where absent
 */
export function observeUpdate(
  balancer: ScalarBalancer,
  network: Runnable,
  objectives: readonly Objective[],
  inputs: InputTensors<FloatSignature>,
  before: PerTask<tf.Scalar>,
): void {
  if (!balancer.observe) return;
  tf.tidy(() => {
    const evaluated = lossesOf(network, objectives, inputs);
    const after: Record<string, tf.Scalar> = {};
    const present: Record<string, tf.Scalar> = {};
    for (const objective of objectives) {
      const loss = evaluated.of(objective);
      present[objective.name] = loss.present;
      after[objective.name] = tf.mul(loss.value, loss.present);
    }
    balancer.observe?.({ before, after, present, applied: inputs['apply'] as tf.Scalar });
  });
}
