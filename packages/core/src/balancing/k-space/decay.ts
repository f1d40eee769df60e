import type * as tf from '@tensorflow/tfjs';
import type { GradientContext } from '../gradient-balancer.ts';
import { inputOf } from '../stateful.ts';

/** An input `1 / n^σ` at the n-th batch, counted from 1, and its value inside the step. */
export const decaying = (sigma: number, name = 'decay') => ({
  inputs: { [name]: [] },
  inputsAt: (batch: number) => ({ [name]: Float32Array.of((batch + 1) ** -sigma) }),
  at: ({ inputs }: GradientContext): tf.Scalar => inputOf('decay', inputs, name) as tf.Scalar,
});
