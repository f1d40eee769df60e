import type * as tf from '@tensorflow/tfjs';
import type { InputTensors } from '@scene-mtl/runtime';
import type { Penalty } from '../architectures/architecture.ts';
import type { Runnable } from '../network.ts';
import { regularised } from '../optimisers/regularised.ts';
import { float, type FloatSignature, type StepOptions, type TrainingStep } from './step.ts';

/** Prefix of what a network takes from outside in the signature, and of its state among the variables. */
const ARCHITECTURE = 'architecture/';

/**
 * A step of any kind that does what the network's architecture asks for besides its outputs: its penalties join the
 * gradients in the optimiser, after these were balanced, and are logged as `penalty/<name>`; what it takes from
 * outside stands in the signature under `architecture/`, and is taken before the forward pass.
 *
 * `total` is of the losses alone. A balancer that looks ahead (bilevel) does so without penalties, as without decay.
 */
export function withArchitecture(
  options: StepOptions,
  build: (options: StepOptions) => TrainingStep,
): TrainingStep {
  const { network, optimiser } = options;
  const { penalties = [], drive } = network;
  if (penalties.length === 0 && !drive) return build(options);
  let given: InputTensors<FloatSignature> = {};
  const watched = () => (isWatching(penalties) ? watchedBy(network, given) : new Map());
  const step = build({ ...options, optimiser: regularised(optimiser, penalties, watched) });
  const shapes = Object.entries(drive?.inputs ?? {});
  const state = Object.entries(drive?.state ?? {});
  const taking =
    (run: TrainingStep['run']): TrainingStep['run'] =>
    (inputs) => {
      given = inputs;
      drive?.take(Object.fromEntries(shapes.map(([name]) => [name, inputs[ARCHITECTURE + name]])));
      return run(inputs);
    };
  return {
    ...step,
    signature: {
      ...step.signature,
      ...Object.fromEntries(shapes.map(([name, shape]) => [ARCHITECTURE + name, float(...shape)])),
    },
    variables: new Map([
      ...step.variables,
      ...state.map(([name, variable]) => [ARCHITECTURE + name, variable] as const),
    ]),
    inputsAt: (batch) => ({
      ...step.inputsAt(batch),
      ...Object.fromEntries(
        Object.entries(drive?.inputsAt(batch) ?? {}).map(([n, v]) => [ARCHITECTURE + n, v]),
      ),
    }),
    run: taking(step.run),
    ...(step.between && { between: { ...step.between, run: taking(step.between.run) } }),
  };
}

const isWatching = (penalties: readonly Penalty[]): boolean =>
  penalties.some(({ watches = [] }) => watches.length > 0);

/** A pass over the main stream's batch: the one of the losses, once compiled. */
function watchedBy(network: Runnable, inputs: InputTensors<FloatSignature>) {
  const own: Record<string, tf.Tensor> = {};
  for (const name of Object.keys(network.inputs)) own[name] = inputs[name];
  return network.forward(own, { training: true }).watched ?? new Map<string, tf.Tensor[]>();
}
