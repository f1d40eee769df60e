import * as tf from '@tensorflow/tfjs';
import type { Penalty } from '../architectures/architecture.ts';
import { sumOf } from '../balancing/per-task.ts';
import { escape } from '../steps/evaluate-losses.ts';
import { gradientsOf } from './gradients.ts';
import type { Optimiser } from './optimiser.ts';

/** What penalties look at besides weights, by their names. */
export type Watched = ReadonlyMap<string, readonly tf.Tensor[]>;

/**
 * An optimiser that makes penalties of the weights small too: `g ← g + ∇ Σ λΩ`, whatever the gradients were made of.
 * Clipping and the logged norm are of that sum. Logged besides: `penalty/<name>`.
 * @param watched called inside the differentiation
 */
export function regularised(
  inner: Optimiser,
  penalties: readonly Penalty[],
  watched: () => Watched,
): Optimiser {
  if (penalties.length === 0) return inner;
  const network = inner.parameters.filter(({ role }) => role !== 'weighting');
  return {
    ...inner,
    name: `${inner.name}-regularised`,
    update: (gradients, rates, apply) =>
      tf.tidy(() => {
        const { keep, out, free } = escape();
        let values: readonly tf.Scalar[] = [];
        const total = () => {
          const seen = watched();
          values = penalties.map((penalty) => keep(penalty.value(seen.get(penalty.name) ?? [])));
          return sumOf(values);
        };
        // With a tensor of no part in it a penalty of frozen weights alone is no error.
        const of = gradientsOf(total, network, [tf.scalar(0)]);
        const sums: Record<string, tf.Tensor> = { ...gradients };
        for (const [name, gradient] of Object.entries(of.gradients)) {
          const given = sums[name] as tf.Tensor | undefined;
          sums[name] = given ? tf.add(given, gradient) : gradient;
        }
        const logged = penalties.map(({ name }, i) => [`penalty/${name}`, out(values[i])] as const);
        free();
        return { ...inner.update(sums, rates, apply), ...Object.fromEntries(logged) };
      }),
  };
}
