import * as tf from '@tensorflow/tfjs';
import { sumOf, type PerTask } from '../balancing/per-task.ts';
import type { ScalarBalancer } from '../balancing/scalar-balancer.ts';
import { commit, type Statistic } from '../layers/forward.ts';
import { gradientsOf } from '../optimisers/gradients.ts';
import { observeUpdate } from './after-update.ts';
import { escape, lossesOf } from './evaluate-losses.ts';
import { balancerInputs, outlineOf, type StepOptions, type TrainingStep } from './step.ts';

/**
 * The training step of a balancer that makes one loss of all: forward, one backward pass, update.
 * An objective without a label in the batch is left out of every sum, for every balancer alike.
 */
export function scalarStep(options: StepOptions<ScalarBalancer>): TrainingStep {
  const { network, objectives, balancer, optimiser } = options;
  const { scaleOutput } = balancer;
  return {
    ...outlineOf(options),
    run(inputs) {
      const logged: Record<string, tf.Tensor> = {};
      let statistics: readonly Statistic[] = [];
      const { keep, out, free } = escape();
      const { value, gradients } = gradientsOf(() => {
        const evaluated = lossesOf(network, objectives, inputs);
        const losses: Record<string, tf.Scalar> = {};
        const present: Record<string, tf.Scalar> = {};
        for (const objective of objectives) {
          const { name } = objective;
          const raw = evaluated.of(objective);
          losses[name] = scaleOutput
            ? evaluated.of(objective, (output) => scaleOutput(output, name)).value
            : raw.value;
          present[name] = raw.present;
          logged[`loss/${name}`] = tf.mul(raw.value, raw.present);
          logged[`present/${name}`] = raw.present;
        }
        const sum = (terms: PerTask<tf.Scalar>) =>
          sumOf(objectives.map(({ name }) => tf.mul<tf.Scalar>(terms[name], present[name])));
        const context = { present, sum, inputs: balancerInputs(balancer, inputs) };
        const { total, report } = balancer.combine(losses, context);
        Object.assign(logged, report);
        Object.values(logged).forEach(keep);
        statistics = evaluated.statistics();
        statistics.forEach((statistic) => keep(statistic.value));
        return total;
      }, optimiser.parameters);
      for (const name of Object.keys(logged)) logged[name] = out(logged[name]);
      commit(statistics);
      free();
      const rates = {
        network: inputs['rate/network'] as tf.Scalar,
        weighting: inputs['rate/weighting'] as tf.Scalar,
      };
      const norms = optimiser.update(gradients, rates, inputs['apply'] as tf.Scalar);
      tf.dispose(gradients);
      const before = objectives.map(({ name }) => [name, logged[`loss/${name}`]] as const);
      observeUpdate(
        balancer,
        network,
        objectives,
        inputs,
        Object.fromEntries(before) as PerTask<tf.Scalar>,
      );
      return { total: value, ...logged, ...norms };
    },
  };
}
