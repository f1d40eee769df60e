import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { checkTasks, scalarsOf, weightReport } from './per-task.ts';
import { preference, preferenceOf } from './preference.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';
import { vectorOf } from './vectors.ts';

/** Added to d₂² under the root, whose slope is endless at 0; TorchJD's constant. */
const SMALLEST = 1e-12;

/**
 * Penalty boundary intersection, PBI (Zhang & Li 2007): along the line of the preferences
 * ŵ, and near it,
 *
 * `L = d₁ + θ d₂`, `d₁ = L · ŵ`, `d₂ = ‖L − d₁ ŵ‖`, so that the weights are `ŵ + θ (L − d₁ ŵ)/d₂`
 *
 * over the tasks with a label in the batch; the ideal point is 0, which losses have for a bound. Losses
 * may be 0. A task whose loss is below its share has a negative weight where θ is large: it is traded
 * away for the line.
 */
export const boundaryIntersection = defineBalancer({
  name: 'boundary-intersection',
  alias: ['PBI'],
  source: 'Zhang & Li 2007, MOEA/D: the boundary intersection approach',
  formula: 'd₁ + θ d₂, d₁ = L·ŵ, d₂ = ‖L − d₁ŵ‖, ŵ the preferences',
  cost: 'none',
  options: z.strictObject({
    preference,
    theta: z.number().min(0).default(5).describe('θ, the price of leaving the line'),
  }),
  lacks: { scale: 'preferences are of the losses as they come, units included' },
  make({ tasks }, { theta, ...options }): ScalarBalancer {
    const preferenceAt = preferenceOf('boundary-intersection', tasks, options.preference, 'each');
    return {
      ...nothing,
      kind: 'scalar',
      name: 'boundary-intersection',
      combine(losses, { present }) {
        checkTasks('boundary-intersection', tasks, losses);
        const taking = vectorOf(tasks, present);
        const r = preferenceAt(taking);
        const direction = tf.div(r, tf.sqrt(tf.maximum(tf.sum(tf.square(r)), SMALLEST)));
        const L = tf.mul<tf.Tensor1D>(taking, vectorOf(tasks, losses));
        const d1 = tf.sum<tf.Scalar>(tf.mul(L, direction));
        const across = tf.sub(L, tf.mul(direction, d1));
        const d2 = tf.sqrt(tf.add(tf.sum(tf.square(across)), SMALLEST));
        const turn = tf.div(stopGradient(across), stopGradient(d2));
        const weights = scalarsOf(tf.add(direction, tf.mul(turn, theta)));
        return {
          total: tf.add<tf.Scalar>(d1, tf.mul(d2, theta)),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
    };
  },
});
