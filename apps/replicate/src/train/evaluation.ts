import { predictionStep } from '@scene-mtl/core';
import type { Sample, Size } from '@scene-mtl/data';
import type { Dataset, Split } from '@scene-mtl/datasets';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import {
  sampleArrays,
  type Normalisation,
  type Predictions,
  type VisionTask,
} from '@scene-mtl/vision-heads';
import type { VisionNetwork } from '../assemble/network.ts';
import { accumulators, type Metrics } from './metrics.ts';

/** Evaluates a network's current weights. */
export interface Evaluator {
  /**
   * Metrics over the whole split, by `<task>/<metric>`.
   * @param visit is shown every frame with its predictions, in order
   */
  evaluate(visit?: (sample: Sample, predictions: Predictions) => void): Promise<Metrics>;
  /** Shows every frame of the split with its predictions, in order. */
  each(visit: (sample: Sample, predictions: Predictions) => void | Promise<void>): Promise<void>;
  /** Predictions for some frames. */
  predict(ids: readonly string[]): Promise<{ sample: Sample; predictions: Predictions }[]>;
  dispose(): Promise<void>;
}

/** Compiles the network for inference. `evaluate` and `predict` read its variables anew each time. */
export async function evaluator(options: {
  readonly network: VisionNetwork;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly size: Size;
  readonly normalisation: Normalisation;
  readonly batchSize: number;
  readonly compile: CompileOptions;
}): Promise<Evaluator> {
  const { network, dataset, split, size, normalisation, batchSize } = options;
  const { tasks } = network;
  const ids = dataset.list(split);
  if (ids.length === 0)
    throw new Error(
      `${dataset.name}: split ${split} has no frames to evaluate; of training frames so many stand in ` +
        `for validation with --set data.holdOut=N`,
    );
  const { run, signature } = predictionStep(network, batchSize);
  const compiled = await compile(run, signature, options.compile);

  async function* predicted(of: readonly string[]) {
    await compiled.push();
    const pixels = size.height * size.width;
    for (let first = 0; first < of.length; first += batchSize) {
      const samples = await Promise.all(
        of.slice(first, first + batchSize).map((id) => dataset.read(id, split, size)),
      );
      const image = new Float32Array(batchSize * pixels * 3);
      samples.forEach((sample, i) =>
        image.set(sampleArrays(sample, [], normalisation)['image'], i * pixels * 3),
      );
      const outputs = await compiled.run({ image });
      for (const [i, sample] of samples.entries()) {
        const predictions = Object.fromEntries(
          tasks.map((task) => {
            const output = outputs[task.name] as Float32Array;
            return [task.name, decoded(task, output, i, batchSize, size)];
          }),
        );
        yield { sample, predictions };
      }
    }
  }

  return {
    async evaluate(visit) {
      const { add, result } = accumulators(tasks);
      for await (const { sample, predictions } of predicted(ids)) {
        add(sample, predictions);
        visit?.(sample, predictions);
      }
      return result();
    },
    async each(visit) {
      for await (const { sample, predictions } of predicted(ids)) await visit(sample, predictions);
    },
    async predict(of) {
      const all: { sample: Sample; predictions: Predictions }[] = [];
      for await (const one of predicted(of)) all.push(one);
      return all;
    },
    dispose: () => compiled.dispose(),
  };
}

/** Example `i` of a batch's output, decoded; a copy, since the engine reuses its buffers. */
export function decoded<P>(
  task: VisionTask<P>,
  output: Float32Array,
  i: number,
  batchSize: number,
  { height, width }: Size,
): P {
  const length = output.length / batchSize;
  return task.decode(output.slice(i * length, (i + 1) * length), height, width);
}
