import type { Balancer, ScalarBalancer } from '../balancing/balancer.ts';
import { gradientStep } from './gradient-step.ts';
import { scalarStep } from './scalar-step.ts';
import type { StepOptions, TrainingStep } from './step.ts';

/** The training step of any balancer: the builder for its kind. */
export function trainingStep(options: StepOptions): TrainingStep {
  const { balancer } = options;
  return isScalar(balancer)
    ? scalarStep({ ...options, balancer })
    : gradientStep({ ...options, balancer });
}

const isScalar = (balancer: Balancer): balancer is ScalarBalancer => balancer.kind === 'scalar';
