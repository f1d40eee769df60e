import { withArchitecture } from './architecture-step.ts';
import { bilevelStep } from './bilevel-step.ts';
import { crossStep } from './cross-step.ts';
import { gradientStep } from './gradient-step.ts';
import { multiBilevelStep } from './multi-bilevel-step.ts';
import { scalarStep } from './scalar-step.ts';
import type { StepOptions, TrainingStep } from './step.ts';
import { valueFunctionStep } from './value-function-step.ts';

/**
 * The training step of any balancer: the builder for its kind. Penalties of the network are made small too, whatever
 * the balancer, see `withArchitecture`.
 */
export const trainingStep = (options: StepOptions): TrainingStep =>
  withArchitecture(options, balanced);

function balanced(options: StepOptions): TrainingStep {
  const { balancer } = options;
  switch (balancer.kind) {
    case 'scalar':
      return scalarStep({ ...options, balancer });
    case 'bilevel':
      return bilevelStep({ ...options, balancer });
    case 'multi-bilevel':
      return multiBilevelStep({ ...options, balancer });
    case 'value-function':
      return valueFunctionStep({ ...options, balancer });
    case 'cross':
      return crossStep({ ...options, balancer });
    case 'composed': {
      const { gradients } = balancer;
      return gradients.kind === 'cross'
        ? crossStep({ ...options, balancer: { ...balancer, gradients } })
        : gradientStep({ ...options, balancer: { ...balancer, gradients } });
    }
    default:
      return gradientStep({ ...options, balancer });
  }
}
