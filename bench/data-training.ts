import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { MAIN_STREAM, train, type CompileStep, type TrainingBatch } from '@scene-mtl/core';
import { compile } from '@scene-mtl/runtime';
import { assemble } from '../apps/replicate/src/assemble/assemble.ts';
import type { Config } from '../apps/replicate/src/config/schema.ts';
import type { StoredData } from '../apps/replicate/src/data/stored-data.ts';
import { tasksFor } from '@scene-mtl/vision-heads';

/** How a training loop spent its time. */
export interface Loop {
  /** Wait for the first batch, ms. */
  readonly firstMs: number;
  /** Mean time of a step after the first, from batch to batch, ms. */
  readonly stepMs: number;
  /** Part of that time spent waiting for the next batch, 0 … 1. */
  readonly waiting: number;
}

/** Steps that take about four seconds on two cores. */
const stepsOf = ({ size }: Config): number => (size.height > 64 ? 16 : 48);

/** Runs the first steps of a configuration in the loop that trains, with clocks at its batches. */
export async function trainingLoop(options: {
  readonly config: Config;
  readonly dataset: StoredData;
  /** Trains on the first batch all the time. */
  readonly again: boolean;
  readonly workers: number;
  /** Gets the folder of the run. */
  readonly folder: string;
}): Promise<Loop> {
  const { config, dataset, again, workers } = options;
  const steps = stepsOf(config);
  const tasks = tasksFor(dataset);
  const balance = { name: 'uncertainty', options: {} };
  const parts = assemble({ config, dataset, tasks, balance, seed: 1, dataWorkers: workers });
  /** When each batch was asked for and given. */
  const asked: number[] = [];
  const given: number[] = [];
  let ended = 0;
  const clocked = (first: number): AsyncIterable<TrainingBatch> => {
    const stream = parts.streams[MAIN_STREAM](first)[Symbol.asyncIterator]();
    let kept: IteratorResult<TrainingBatch> | undefined;
    return {
      [Symbol.asyncIterator]: () => ({
        return: () => stream.return!(),
        async next() {
          asked.push(performance.now());
          const next = again && kept ? kept : await stream.next();
          // The others are not made, or would take part of the cores.
          if (again && !kept) await stream.return!();
          kept = next;
          given.push(performance.now());
          return next;
        },
      }),
    };
  };
  const compileStep: CompileStep = async (step, signature) => {
    const compiled = await compile(step, signature);
    return {
      ...compiled,
      async run(inputs) {
        const outputs = await compiled.run(inputs);
        ended = performance.now();
        return outputs;
      },
    };
  };
  await train({
    ...parts,
    streams: { [MAIN_STREAM]: clocked },
    steps,
    compile: compileStep,
    folder: await mkdtemp(join(options.folder, 'run-')),
    configHash: 'bench',
  });
  parts.network.model.dispose();
  const loop = ended - given[0];
  const waits = given.slice(1).map((at, i) => at - asked[i + 1]);
  return {
    firstMs: given[0] - asked[0],
    stepMs: loop / steps,
    waiting: waits.reduce((sum, wait) => sum + wait, 0) / loop,
  };
}
