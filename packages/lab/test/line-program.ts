import { join } from 'node:path';
import type { DataSummary, Kind, Measurement, Program, RunSpec } from '@scene-mtl/lab';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** Lines y = a x through the origin, one task each, fitted to 16 points by gradient descent. */

const schema = z.strictObject({
  slopes: z.record(z.string(), z.number()),
  steps: z.number().int().positive(),
  rate: z.number().positive(),
});

export type LineSpec = RunSpec<z.infer<typeof schema>>;

export interface Lines extends Kind {
  readonly spec: LineSpec;
  readonly data: DataSummary;
}

/** What a session was asked, in order. */
export const asked: string[] = [];

const xs = Array.from({ length: 16 }, (_, i) => (i + 1) / 16);

/** Ends with the mean squared error over the points, `a − slope` shrinking by 1 − rate·mean(x²). */
function fitted({ config, tasks, seed }: LineSpec): Record<string, number> {
  return Object.fromEntries(
    tasks.map((task) => {
      let a = seed;
      const slope = config.slopes[task];
      const mean = (f: (x: number) => number) => xs.reduce((sum, x) => sum + f(x), 0) / xs.length;
      for (let step = 0; step < config.steps; step++)
        a -= config.rate * mean((x) => (a - slope) * x * x);
      return [`${task}/error`, mean((x) => ((a - slope) * x) ** 2)];
    }),
  );
}

/** The process that measures: tells whether a job ran in another one. */
export const processOf: Measurement<number> = {
  name: 'process',
  version: 1,
  module: import.meta.url,
  measure: () => Promise.resolve(process.pid),
};

export const lines: Program<LineSpec, Lines> = {
  name: 'lines',
  module: import.meta.url,
  schema,
  effort: ({ config: { steps } }) => ({ network: 'line', work: steps, steps }),
  start: ({ line }) => ({
    open: () => Promise.resolve({ data }),
    foresee: () => Promise.resolve({ data }),
    prepare({ spec }) {
      asked.push(`prepare seed ${spec.seed}`);
      return spec.seed === 13 ? Promise.reject(new Error('no disk')) : Promise.resolve();
    },
    async train({ spec, folder, onProgress }) {
      const { steps } = spec.config;
      line.update(() => 'fitting');
      asked.push(`train seed ${spec.seed}`);
      // Never done by itself.
      if (spec.seed === 77) {
        await writeFile(join(folder, 'pid'), String(process.pid));
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      }
      // Once, as by a system that runs out of memory.
      if (spec.seed === 66 && !existsSync(join(folder, 'killed'))) {
        await writeFile(join(folder, 'killed'), '');
        process.kill(process.pid, 'SIGKILL');
      }
      onProgress({
        step: steps,
        steps,
        values: {},
        engine: 'none',
        stepsPerSecond: 1,
        secondsLeft: 0,
      } as never);
      const metrics = fitted(spec);
      const logged = { step: steps, kind: 'train', values: { 'loss/a': 1 / 3, hidden: 1 } };
      await writeFile(join(folder, 'metrics.jsonl'), `${JSON.stringify(logged)}\n`);
      return {
        data: { name: 'points', train: xs.length, val: xs.length, fingerprint: null },
        result: { metrics, sigma2: {}, weights: {}, parameters: spec.tasks.length, steps },
        timing: { seconds: 1, stepsPerSecond: steps, engineShare: 0, engine: 'none' },
      };
    },
    measure: (measurement) => measurement.measure(undefined as never),
  }),
};

const data: DataSummary = {
  name: 'points',
  frames: { train: xs.length, val: xs.length },
  tasks: ['a', 'b'],
};

export default lines;

/** Both lines, weighed alike. */
export const lineArm = (rate: number): Omit<LineSpec, 'seed'> => ({
  program: 'lines',
  config: { slopes: { a: 2, b: -1 }, steps: 4, rate },
  tasks: ['a', 'b'],
  balance: { name: 'equal', options: {} },
});
