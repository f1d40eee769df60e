import type { InputTensors } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import type { Statistic } from '../layers/forward.ts';
import type { Forward, Runnable } from '../network.ts';
import { MAIN_STREAM, type Batch, type Loss, type Objective, type Run } from '../objective.ts';
import { arrayName, type FloatSignature } from './step.ts';

/** The objectives of one batch of each stream, ready to be asked inside a differentiation. */
export interface Losses {
  /**
   * An objective's loss.
   * @param scaleOutput replaces the output of the objective's head
   */
  of(objective: Objective, scaleOutput?: (output: tf.Tensor) => tf.Tensor): Loss;
  /** Of the network's pass over the main stream's own inputs, if there was one. */
  statistics(): readonly Statistic[];
  /** What the streams' own batches are on the network's border. */
  borders(): BorderTensors;
}

/** The arrays of a stream out of a step's inputs, by their plain names. */
function batchOf(
  stream: string,
  network: Runnable,
  objectives: readonly Objective[],
  inputs: InputTensors<FloatSignature>,
): Batch {
  const read = objectives.filter((objective) => objective.stream === stream);
  const names = [network.inputs, ...read.map(({ arrays }) => arrays)].flatMap(Object.keys);
  return Object.fromEntries(names.map((name) => [name, inputs[arrayName(stream, name)]]));
}

/** Tensors of the network's border by the stream whose batch gave them. */
export type BorderTensors = ReadonlyMap<string, readonly tf.Tensor[]>;

/**
 * Prepares the losses of a step's inputs; passes over the same batch are made once.
 * @param borders where passes over the batches of streams begin; default at the input
 */
export function lossesOf(
  network: Runnable,
  objectives: readonly Objective[],
  inputs: InputTensors<FloatSignature>,
  borders: BorderTensors = new Map(),
): Losses {
  const batches = new Map<string, Batch>();
  for (const { stream } of objectives) {
    if (!batches.has(stream)) batches.set(stream, batchOf(stream, network, objectives, inputs));
  }
  const passes = new Map<Batch, Forward>();
  const forward: Run = (batch) => {
    const known = passes.get(batch);
    if (known) return known;
    const stream = [...batches].find(([, own]) => own === batch)?.[0] ?? '';
    const border = borders.get(stream);
    const pass = network.forward(batch, { training: true, ...(border && { border }) });
    passes.set(batch, pass);
    return pass;
  };
  return {
    of(objective, scaleOutput) {
      const { name, stream, head = name } = objective;
      const run: Run = (batch) => {
        const pass = forward(batch);
        const output = pass.outputs[head];
        if (!scaleOutput || !output) return pass;
        return { ...pass, outputs: { ...pass.outputs, [head]: scaleOutput(output) } };
      };
      return objective.loss(run, batches.get(stream) as Batch);
    },
    statistics() {
      const main = batches.get(MAIN_STREAM);
      return (main && passes.get(main))?.statistics ?? [];
    },
    borders: () =>
      new Map([...batches].map(([stream, batch]) => [stream, forward(batch).border ?? []])),
  };
}

/** Takes tensors out of a differentiation, which frees all but its result. */
export interface Escape {
  /** To be called inside, on what is needed outside. */
  readonly keep: <T extends tf.Tensor>(tensor: T) => T;
  /** To be called outside: a copy in the surrounding scope. */
  readonly out: <T extends tf.Tensor>(tensor: T) => T;
  /** To be called at the end. */
  readonly free: () => void;
}

/** An empty {@link Escape}. */
export function escape(): Escape {
  const kept = new Set<tf.Tensor>();
  return {
    keep(tensor) {
      kept.add(tf.keep(tensor));
      return tensor;
    },
    out: (tensor) => tf.clone(tensor),
    free() {
      tf.dispose([...kept]);
      kept.clear();
    },
  };
}
