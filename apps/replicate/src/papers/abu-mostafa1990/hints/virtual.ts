import { hintObjective, type TrainingBatch } from '@scene-mtl/core';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import type { Network } from '@scene-mtl/core';
import type { NumbersSpec } from '../../../numbers/kind.ts';
import { functionOf, type Function } from './functions.ts';
import { knownHints, type HintName, type KnownHint } from './known.ts';

/** Virtual examples in a batch. */
const BATCH = 32;

/** Virtual examples `[count, …]` of a hint: without a label, and as many as are wanted. */
export function virtualExamples(
  name: HintName,
  of: Function,
  count: number,
  random: ReturnType<typeof stream>,
): Record<string, Float32Array> {
  const { more }: KnownHint = knownHints[name];
  const rows = Array.from({ length: count }, (): Readonly<Record<string, readonly number[]>> => {
    const { x } = of.draw(random);
    return { x, ...more?.(random, x, of) };
  });
  return Object.fromEntries(
    Object.keys(rows[0]).map((key) => [key, Float32Array.from(rows.flatMap((row) => row[key]))]),
  );
}

/** A hint as runs on numbers take it: its objective, and a stream of virtual examples that never repeat. */
export function streamedHint(name: HintName, { config, seed }: NumbersSpec) {
  const of = functionOf(config.data);
  const objective = hintObjective(name, knownHints[name].hint(of));
  async function* batches(first: number): AsyncGenerator<TrainingBatch, void, undefined> {
    for (let n = first; ; n++) {
      const arrays = virtualExamples(name, of, BATCH, stream(seed, 'virtual', name, n));
      yield await Promise.resolve({ arrays });
    }
  }
  return { objective, stream: { batchSize: BATCH, batches } };
}

/** The mean error of a hint on virtual examples that no training has seen. */
export function heldOutError(name: HintName, of: Function, network: Network): number {
  const count = 500;
  const hint = (knownHints[name] as KnownHint).hint(of);
  const arrays = virtualExamples(name, of, count, stream(0, 'virtual', 'held out', name));
  return tf.tidy(() => {
    const batch = Object.fromEntries(
      Object.entries(arrays).map(([key, values]) => [
        key,
        tf.tensor2d(values, [count, values.length / count]),
      ]),
    );
    const says = (inputs: Record<string, tf.Tensor>) =>
      network.forward(inputs, { training: false }).outputs;
    return tf.mean(hint.error(says, batch)).dataSync()[0];
  });
}
