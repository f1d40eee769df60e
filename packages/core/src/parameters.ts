import type * as tf from '@tensorflow/tfjs';
import { ENCODER_SCOPE, type MultiTaskModel } from './model.ts';

/** Which part of the network a parameter belongs to. */
export type ParameterRole = 'shared' | 'task' | 'weighting' | 'frozen';

/** One trainable, or deliberately frozen, tensor. */
export interface Parameter {
  /** Stable name, `encoder/stem/conv/kernel` or `weighting/depth`: the key in checkpoints. */
  readonly name: string;
  readonly role: ParameterRole;
  /** Task that alone uses it; absent for shared parameters. */
  readonly task?: string;
  /** False for biases, normalisation and weighting parameters. */
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
 * Puts every weight of the model, and every variable of the weighting, into exactly one role:
 * `frozen` when `frozen(name)` says so, otherwise `shared` (the encoder's), `task` (a decoder's) or
 * `weighting`. Moving averages are buffers.
 * @param frozen names to leave untrained; default none
 * @throws when a weight belongs to no role or when two have one name
 */
export function parametersOf(
  network: Pick<MultiTaskModel, 'model' | 'tasks'>,
  weightingVariables: Readonly<Record<string, tf.Variable>> = {},
  frozen: (name: string) => boolean = () => false,
): ParameterSet {
  const all: Parameter[] = [];
  const buffers: Buffer[] = [];
  for (const weight of network.model.weights) {
    const name = weight.originalName;
    // `read` of a layer's weight gives the variable itself.
    const variable = weight.read() as tf.Variable;
    if (/\/moving_(mean|variance)$/.test(name)) {
      buffers.push({ name, variable });
      continue;
    }
    const owner = name.split('/')[0];
    const task = network.tasks.find((t) => t.name === owner)?.name;
    if (owner !== ENCODER_SCOPE && task === undefined) {
      const owners = [ENCODER_SCOPE, ...network.tasks.map((t) => t.name)].join(', ');
      throw new Error(`parameter ${name}: expected a name that begins with one of ${owners}`);
    }
    const role = frozen(name) ? 'frozen' : task === undefined ? 'shared' : 'task';
    const decay = /\/(kernel|depthwise_kernel)$/.test(name);
    all.push({ name, role, decay, variable, ...(task === undefined ? {} : { task }) });
  }
  for (const [key, variable] of Object.entries(weightingVariables)) {
    const name = `weighting/${key}`;
    const role = frozen(name) ? 'frozen' : 'weighting';
    all.push({ name, role, decay: false, variable });
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
  const counts = { shared: 0, task: 0, weighting: 0, frozen: 0, total: 0 };
  for (const { role, variable } of [...set.trained, ...set.frozen]) {
    counts[role] += variable.size;
    counts.total += variable.size;
  }
  return counts;
}
