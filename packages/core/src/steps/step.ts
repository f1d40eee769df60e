import type { InputSpec, InputTensors, Outputs } from '@scene-mtl/runtime';
import type * as tf from '@tensorflow/tfjs';
import type { Balancer } from '../balancing/balancer.ts';
import type { BalancerInputs, Stateful } from '../balancing/stateful.ts';
import type { NamedVariables } from '../checkpoint/variables.ts';
import type { Runnable } from '../network.ts';
import { MAIN_STREAM, type Objective } from '../objective.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import type { ParameterSet } from '../parameters.ts';

/** Shape of one float32 input. */
export type FloatSpec = InputSpec & { readonly dtype: 'float32' };

/** A signature of float32 inputs only. */
export type FloatSignature = Readonly<Record<string, FloatSpec>>;

/** What a training step is made of, whatever its kind. */
export interface StepOptions<B extends Balancer = Balancer> {
  readonly network: Runnable;
  /** In the order in which losses are summed and gradients stand in rows. */
  readonly objectives: readonly Objective[];
  readonly balancer: B;
  /** Of the network and the balancer, see `parametersOf`. */
  readonly parameters: ParameterSet;
  readonly optimiser: Optimiser;
  /** B of each stream that an objective reads. */
  readonly batchSizes: Readonly<Record<string, number>>;
}

/** A training step: a function to be compiled once, and all that the loop around it needs to know. */
export interface TrainingStep {
  /** Names of the streams that it reads, the main one first. */
  readonly streams: readonly string[];
  /**
   * Each stream's arrays `[B, …]`: the network's inputs and what the objectives read, `<stream>/` before
   * the names of any but the main stream's. Then the scalars `rate/network`, `rate/weighting`, and
   * `apply` (1, or 0 while gradients are only being accumulated); `weighting/<input>` for each input of
   * the balancer.
   */
  readonly signature: FloatSignature;
  /** Everything that the step changes, by the names in a checkpoint. */
  readonly variables: NamedVariables;
  /** Batches per update of the parameters. */
  readonly batchesPerStep: number;
  /** What a person should know of what {@link run} gave; see `Stateful.notices`. */
  readonly notices?: (values: Readonly<Record<string, number>>) => readonly string[];
  /** Values of the inputs that are no arrays of a stream and no rates, at a batch counted from 0. */
  inputsAt(batch: number): Readonly<Record<string, Float32Array>>;
  /**
   * Forward, gradients and update. Returns scalars: `total`, `loss/<objective>`,
   * `present/<objective>`, the balancer's report, `gradientNorm`, `parameterNorm` and `updateNorm`.
   */
  readonly run: (inputs: InputTensors<FloatSignature>) => Outputs;
  /**
   * What is to run in place of {@link run} at the batches that it names, counted from 0 as in {@link inputsAt}: the
   * step of weights that are kept. Of the same inputs and variables; of the outputs it has no
   * `gradientNorm/<objective>`.
   */
  readonly between?: Pick<TrainingStep, 'run'> & {
    /** Whether a batch is one of those. */
    at(batch: number): boolean;
  };
}

/** A float32 input of a shape. */
export const float = (...shape: number[]): FloatSpec => ({ shape, dtype: 'float32' });

/** Prefix of the balancer's own inputs in the signature. */
export const BALANCER_INPUT = 'weighting/';

/** Prefix of the balancer's state among the step's variables. */
export const BALANCER_STATE = 'weighting-state/';

/**
 * A balancer's own inputs among a step's, by its names.
 * @param under what stands before them: nothing, or the name of one of two methods and a slash
 */
export const balancerInputs = (
  { inputs: own }: Stateful,
  inputs: InputTensors<FloatSignature>,
  under = '',
): BalancerInputs =>
  Object.fromEntries(
    Object.keys(own).map((name) => [name, inputs[`${BALANCER_INPUT}${under}${name}`]]),
  );

/** Name in the signature of an array of a stream. */
export const arrayName = (stream: string, array: string): string =>
  stream === MAIN_STREAM ? array : `${stream}/${array}`;

/** Everything of a step but what it runs. */
export function outlineOf(options: StepOptions): Omit<TrainingStep, 'run'> {
  const { network, objectives, balancer, optimiser, parameters, batchSizes } = options;
  checkObjectives(objectives, batchSizes);
  const streams = [...new Set(objectives.map(({ stream }) => stream))].sort(
    (a, b) => Number(b === MAIN_STREAM) - Number(a === MAIN_STREAM),
  );
  const signature: Record<string, FloatSpec> = {};
  for (const stream of streams) {
    const read = objectives.filter((objective) => objective.stream === stream);
    for (const arrays of [network.inputs, ...read.map((objective) => objective.arrays)]) {
      for (const [name, shape] of Object.entries(arrays)) {
        signature[arrayName(stream, name)] = float(batchSizes[stream], ...shape);
      }
    }
  }
  for (const scalar of ['rate/network', 'rate/weighting', 'apply']) signature[scalar] = float();
  for (const [name, shape] of Object.entries(balancer.inputs)) {
    signature[BALANCER_INPUT + name] = float(...shape);
  }
  const { trained, frozen, buffers } = parameters;
  const variables = new Map<string, tf.Variable>([
    ...[...trained, ...frozen, ...buffers].map((each) => [each.name, each.variable] as const),
    ...Object.entries(balancer.state).map(([n, v]) => [BALANCER_STATE + n, v] as const),
    ...Object.entries(optimiser.state).map(([n, v]) => [`optimiser/${n}`, v] as const),
  ]);
  return {
    streams,
    signature,
    variables,
    batchesPerStep: optimiser.batchesPerStep,
    ...(balancer.notices && { notices: balancer.notices }),
    inputsAt: (batch) =>
      Object.fromEntries(
        Object.entries(balancer.inputsAt(batch)).map(([n, v]) => [BALANCER_INPUT + n, v]),
      ),
  };
}

function checkObjectives(
  objectives: readonly Objective[],
  batchSizes: Readonly<Record<string, number>>,
): void {
  const names = objectives.map(({ name }) => name);
  if (names.length === 0 || new Set(names).size < names.length) {
    throw new Error(
      `training step: expected one or more objectives with distinct names, got [${names.join(', ')}]`,
    );
  }
  for (const { name, stream } of objectives) {
    if (!(batchSizes[stream] >= 1)) {
      throw new Error(
        `training step: objective ${name} reads the stream ${stream}; expected its batch size, ` +
          `got those of [${Object.keys(batchSizes).join(', ')}]`,
      );
    }
  }
}
