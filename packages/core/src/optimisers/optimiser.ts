import * as tf from '@tensorflow/tfjs';
import type { Parameter } from '../parameters.ts';
import { lambdaOf, type WeightDecay } from './weight-decay.ts';

/** Learning rates of a step. */
export interface Rates {
  readonly network: tf.Scalar;
  /** Of the weighting's own variables (s), whose speed is a matter of this rate alone. */
  readonly weighting: tf.Scalar;
}

/** Gradients by `Parameter.name`; a parameter without one counts as having gradient 0. */
export type Gradients = Readonly<Record<string, tf.Tensor>>;

/**
 * l2 norms over all trained parameters; the gradients' before clipping. Besides, the penalties of the weights, where
 * there are some. A type, for `tf.tidy`.
 */
export type Norms = {
  readonly [penalty: `penalty/${string}`]: tf.Scalar;
  readonly gradientNorm: tf.Scalar;
  readonly parameterNorm: tf.Scalar;
  readonly updateNorm: tf.Scalar;
};

/** Changes parameters in place. All its state is made when the optimiser is. */
export interface Optimiser {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Batches per change of the parameters: 1, or as many as gradients are accumulated over. */
  readonly batchesPerStep: number;
  /** State by a stable name; part of a checkpoint. */
  readonly state: Readonly<Record<string, tf.Variable>>;
  /**
   * Runs inside the step: assigns the parameters and the state.
   * @param apply 1; 0 where only an accumulating optimiser changes anything
   */
  update(gradients: Gradients, rates: Rates, apply: tf.Scalar): Norms;
}

/** How all optimisers treat parameters and gradients. */
export interface OptimiserOptions {
  /** λ of the parameters that decay (kernels). Default 1e-4. */
  readonly weightDecay?: WeightDecay;
  /** Largest l2 norm of all gradients together; larger ones are scaled down. Default: none. */
  readonly clipNorm?: number;
}

/**
 * Parameters treated alike. Small ones are joined to one flat vector, so that a step needs few
 * operations; a large one is a group of its own, so that it is not copied to be joined.
 */
export interface Group {
  /** Stable: part of a checkpoint. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Numbers in all of them. */
  readonly size: number;
  /** λ of all of them; 0: none. */
  readonly weightDecay: number;
  /** True for the weighting's own variables, which have a learning rate of their own. */
  readonly weighting: boolean;
}

/** From this many numbers on a parameter is a group of its own: copying it costs more than calls. */
const LARGE = 2 ** 15;

/** The groups, without empty ones, in a fixed order. */
export function groupsOf(parameters: readonly Parameter[], decay: WeightDecay): Group[] {
  const make = (name: string, members: readonly Parameter[]): Group => ({
    name,
    parameters: members,
    size: members.reduce((n, p) => n + p.variable.size, 0),
    weightDecay: members.length === 0 ? 0 : lambdaOf(decay, members[0]),
    weighting: members.some((p) => p.role === 'weighting'),
  });
  const isLarge = (p: Parameter) => p.variable.size >= LARGE;
  const small = parameters.filter((p) => p.role !== 'weighting' && !isLarge(p));
  const decayed = small.filter((p) => p.decay);
  const groups = [
    ...lambdas(decayed, decay).map((lambda, i) =>
      make(
        i === 0 ? 'decayed' : `decayed/${lambda}`,
        decayed.filter((p) => lambdaOf(decay, p) === lambda),
      ),
    ),
    make(
      'plain',
      small.filter((p) => !p.decay),
    ),
    make(
      'weighting',
      parameters.filter((p) => p.role === 'weighting'),
    ),
    ...parameters.filter((p) => p.role !== 'weighting' && isLarge(p)).map((p) => make(p.name, [p])),
  ].filter((g) => g.parameters.length > 0);
  if (groups.length === 0) throw new Error('optimiser: expected at least one trained parameter');
  return groups;
}

/** Every λ of some parameters once, in the order in which they come. */
const lambdas = (parameters: readonly Parameter[], decay: WeightDecay): number[] => [
  ...new Set(parameters.map((p) => lambdaOf(decay, p))),
];

/** One variable of zeros per group, by `<prefix>/<group>`. */
export const zerosPerGroup = (
  groups: readonly Group[],
  prefix: string,
): Record<string, tf.Variable> =>
  Object.fromEntries(
    groups.map(({ name, size }) => [`${prefix}/${name}`, tf.variable(tf.zeros([size]), false)]),
  );

/** The step of one group: p ← p − `step`. */
export type GroupStep = (
  group: Group,
  parameters: tf.Tensor1D,
  gradients: tf.Tensor1D,
  rate: tf.Scalar,
) => tf.Tensor1D;

/**
 * The part that all optimisers share: joins, clips by the global norm as PyTorch does
 * (`g ← g · min(1, c / (‖g‖ + 10⁻⁶))`), lets `step` give each group's change, and assigns.
 */
export function updateGroups(
  groups: readonly Group[],
  gradients: Gradients,
  rates: Rates,
  clipNorm: number | undefined,
  step: GroupStep,
): Norms {
  return tf.tidy(() => {
    const joined = groups.map(({ parameters }) =>
      joinedFlat(parameters.map((p) => gradients[p.name] ?? tf.zerosLike(p.variable))),
    );
    const gradientNorm = normOf(joined);
    const factor =
      clipNorm === undefined
        ? undefined
        : tf.minimum(1, tf.div(clipNorm, tf.add(gradientNorm, 1e-6)));
    const before = groups.map(({ parameters }) => joinedFlat(parameters.map((p) => p.variable)));
    const changes = groups.map((group, i) => {
      const g: tf.Tensor1D = factor ? tf.mul(joined[i], factor) : joined[i];
      const rate = group.weighting ? rates.weighting : rates.network;
      return step(group, before[i], g, rate);
    });
    for (const [i, { parameters }] of groups.entries()) {
      const after = tf.sub(before[i], changes[i]);
      let offset = 0;
      for (const { variable } of parameters) {
        const part = tf.slice(after, [offset], [variable.size]);
        variable.assign(tf.reshape(part, variable.shape));
        offset += variable.size;
      }
    }
    return { gradientNorm, parameterNorm: normOf(before), updateNorm: normOf(changes) };
  });
}

function joinedFlat(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  const flat = tensors.map((t) => tf.reshape<tf.Rank.R1>(t, [-1]));
  return flat.length === 1 ? flat[0] : tf.concat(flat);
}

const normOf = (vectors: readonly tf.Tensor1D[]): tf.Scalar =>
  tf.sqrt(vectors.map((v) => tf.sum<tf.Scalar>(tf.square(v))).reduce((a, b) => tf.add(a, b)));
