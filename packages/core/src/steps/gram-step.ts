import type { InputTensors, Outputs } from '@scene-mtl/runtime';
import type { Parameter } from '../parameters.ts';
import { differentiated } from './differentiated.ts';
import { gramOfGradients, partsOfParameters } from './gradient-rows.ts';
import { outlineOf, type FloatSignature, type StepOptions, type TrainingStep } from './step.ts';

/** Looks at the gradients of a batch and changes nothing. */
export interface GramStep extends Pick<TrainingStep, 'streams' | 'variables'> {
  /** The arrays of a training step of the same network and objectives; no rates. */
  readonly signature: FloatSignature;
  /** Names of the rows, in order. */
  readonly objectives: readonly string[];
  /** `gram` `[K, K]`: `gᵢ · gⱼ` of the objectives' gradients over the shared parameters; 0 where one is absent. */
  readonly run: (inputs: InputTensors<FloatSignature>) => Outputs;
}

/**
 * The scalar products of the objectives' gradients, for `gradientHealth`: K backward passes that share the forward
 * pass, under any balancer. The forward pass is that of training; its moving averages are left as they are.
 * @param options those of the training step
 * @throws when no trained parameter is shared
 */
export function gramStep(options: StepOptions): GramStep {
  const { network, objectives, optimiser } = options;
  const shared: readonly Parameter[] = optimiser.parameters.filter((p) => p.role === 'shared');
  if (shared.length === 0) {
    throw new Error('gradient health: expected trained parameters that the tasks share, got none');
  }
  const { streams, variables, signature } = outlineOf(options);
  const scalars = ['rate/', 'apply', 'weighting/'];
  return {
    streams,
    variables,
    objectives: objectives.map(({ name }) => name),
    signature: Object.fromEntries(
      Object.entries(signature).filter(([name]) => !scalars.some((own) => name.startsWith(own))),
    ),
    run: (inputs) => ({
      gram: gramOfGradients(
        partsOfParameters(shared),
        objectives.map(
          (objective) => differentiated(objective, network, objectives, shared, inputs).gradients,
        ),
      ),
    }),
  };
}
