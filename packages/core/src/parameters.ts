import type * as tf from '@tensorflow/tfjs';
import { isUndecayed } from './layers/scope.ts';
import type { Network } from './network.ts';

/** Which part of the network a parameter belongs to. */
export type ParameterRole = 'shared' | 'between' | 'task' | 'weighting' | 'frozen';

/** One trainable, or deliberately frozen, tensor. */
export interface Parameter {
  /** Stable name, `encoder/stem/conv/kernel` or `weighting/depth`: the key in checkpoints. */
  readonly name: string;
  readonly role: ParameterRole;
  /** Task that alone uses it; absent for shared parameters. */
  readonly task?: string;
  /** False for biases, normalisation, coefficients of a sum, and weighting parameters. */
  readonly decay: boolean;
  readonly variable: tf.Variable;
}

/** A variable that a step changes but no gradient does, such as a moving average. */
export interface Buffer {
  readonly name: string;
  readonly variable: tf.Variable;
}

/** Everything of a model and its weighting that training changes. */
export interface ParameterSet {
  /** Parameters that get gradients: every one but the frozen. */
  readonly trained: readonly Parameter[];
  readonly frozen: readonly Parameter[];
  readonly buffers: readonly Buffer[];
}

/**
 * Puts every weight of the network, and every variable of the weighting, into exactly one role:
 * `frozen` where the network says so, otherwise that of its owner, or `weighting`. What no gradient
 * changes is a buffer.
 * @throws when two have one name
 * @example
 * ```ts
 * import { balancerNamed, countParameters, parametersOf } from '@scene-mtl/core';
 * const objectives = [{ name: 'semantic', likelihood: 'softmax' }, { name: 'depth', likelihood: 'laplace' }] as const;
 * const { variables } = balancerNamed('uncertainty').make({ objectives });
 * // One s = log σ² per task, beside a network of no weights.
 * countParameters(parametersOf({ weights: [] }, variables)).weighting; // → 2
 * ```
 */
export function parametersOf(
  network: Pick<Network, 'weights'>,
  weightingVariables: Readonly<Record<string, tf.Variable>> = {},
): ParameterSet {
  const all: Parameter[] = [];
  const buffers: Buffer[] = [];
  for (const { name, owner, variable, trainable, frozen, computed, layer } of network.weights) {
    if (computed) continue;
    if (!trainable) {
      buffers.push({ name, variable });
      continue;
    }
    const own = typeof owner === 'string' ? { role: owner } : ({ role: 'task', ...owner } as const);
    const decay = !isUndecayed(layer) && /\/(kernel|depthwise_kernel)$/.test(name);
    all.push({ name, decay, variable, ...own, ...(frozen && { role: 'frozen' }) });
  }
  for (const [key, variable] of Object.entries(weightingVariables)) {
    all.push({ name: `weighting/${key}`, role: 'weighting', decay: false, variable });
  }
  checkDistinct([...all, ...buffers]);
  return {
    trained: all.filter((p) => p.role !== 'frozen'),
    frozen: all.filter((p) => p.role === 'frozen'),
    buffers,
  };
}

function checkDistinct(entries: readonly { name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (seen.has(name)) throw new Error(`parameter ${name}: two variables have this name`);
    seen.add(name);
  }
}

/** Numbers per role, and in total without the buffers. */
export function countParameters(set: ParameterSet): Record<ParameterRole | 'total', number> {
  const counts = { shared: 0, between: 0, task: 0, weighting: 0, frozen: 0, total: 0 };
  for (const { role, variable } of [...set.trained, ...set.frozen]) {
    counts[role] += variable.size;
    counts.total += variable.size;
  }
  return counts;
}
