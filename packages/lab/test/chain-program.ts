import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSummary, Kind, Program, RunSpec } from '@scene-mtl/lab';
import { writeAtomically } from '@scene-mtl/data/files';
import { runs, startOf } from '../src/store/process-identity.ts';
import { z } from 'zod';

/**
 * A run whose end tells whether each step was made once: a linear congruential generator (Numerical Recipes:
 * x ← 1664525 x + 1013904223 mod 2³²) from the seed, a step each, with a checkpoint now and then. `history/`
 * has a file for each checkpoint that anyone made, so that one made twice is seen.
 */

const schema = z.strictObject({
  steps: z.number().int().positive(),
  every: z.number().int().positive(),
  /** ms of a step. */
  pace: z.number().nonnegative(),
  poisoned: z.boolean().default(false),
});

export type ChainSpec = RunSpec<z.infer<typeof schema>>;

export interface Chain extends Kind {
  readonly spec: ChainSpec;
  readonly data: DataSummary;
}

const next = (x: number): number => Number((1664525n * BigInt(x) + 1013904223n) % 2n ** 32n);

/** What a run ends with that made each of its steps once. */
export function chainEnd({ seed, config }: ChainSpec): number {
  let value = seed;
  for (let step = 0; step < config.steps; step++) value = next(value);
  return value;
}

const stateSchema = z.strictObject({ step: z.number(), value: z.number() });

const nameOf = (step: number): string => `step-${String(step).padStart(8, '0')}.json`;

async function newest(folder: string): Promise<z.infer<typeof stateSchema> | undefined> {
  const names = await readdir(folder).catch(() => []);
  const last = names
    .filter((name) => /^step-\d{8}\.json$/.test(name))
    .sort()
    .at(-1);
  if (last === undefined) return undefined;
  return stateSchema.parse(JSON.parse(await readFile(join(folder, last), 'utf8')));
}

/** @throws where another process that lives trains the same run */
async function assertAlone(folder: string): Promise<void> {
  const others = (await readdir(folder)).filter((name) => name.startsWith('working-'));
  for (const name of others) {
    const pid = Number(name.slice('working-'.length));
    const started = await readFile(join(folder, name), 'utf8').catch(() => '');
    // One that was killed and that nobody has asked after, or whose number another has by now, is none.
    if (pid !== process.pid && runs({ pid, started: started || null })) {
      await mkdir(join(folder, 'violation'), { recursive: true });
      throw new Error(`${folder}: process ${pid} trains it too`);
    }
    await rm(join(folder, name), { force: true });
  }
}

export const chain: Program<ChainSpec, Chain> = {
  name: 'chain',
  module: import.meta.url,
  schema,
  effort: ({ config: { steps } }) => ({ network: 'chain', work: steps, steps }),
  start: () => ({
    open: () => Promise.resolve({ data }),
    foresee: () => Promise.resolve({ data }),
    async train({ spec, folder, onProgress }) {
      const { steps, every, pace, poisoned } = spec.config;
      if (poisoned) throw new Error('cannot be trained');
      const checkpoints = join(folder, 'checkpoints');
      await assertAlone(folder);
      const mark = join(folder, `working-${process.pid}`);
      await writeFile(mark, startOf(process.pid) ?? '');
      let { step, value } = (await newest(checkpoints)) ?? { step: 0, value: spec.seed };
      while (step < steps) {
        value = next(value);
        step++;
        if (pace > 0) await pause(pace);
        onProgress({
          step,
          steps,
          values: {},
          engine: 'none',
          stepsPerSecond: 1,
          secondsLeft: 0,
        } as never);
        if (step % every === 0 || step === steps) {
          await writeAtomically(join(checkpoints, nameOf(step)), JSON.stringify({ step, value }));
          await mkdir(join(folder, 'history'), { recursive: true });
          await writeFile(join(folder, 'history', `${step}-${randomBytes(3).toString('hex')}`), '');
        }
      }
      await rm(mark, { force: true });
      await writeAtomically(
        join(folder, 'metrics.jsonl'),
        `${JSON.stringify({ step, kind: 'train', values: { total: value } })}\n`,
      );
      return {
        data: { name: 'none', train: 1, val: 1, fingerprint: null },
        result: { metrics: { end: value }, sigma2: {}, weights: {}, parameters: 1, steps },
        timing: { seconds: 1, stepsPerSecond: steps, engineShare: 0, engine: 'none' },
      };
    },
  }),
};

const data: DataSummary = { name: 'none', frames: { train: 1, val: 1 }, tasks: ['a'] };

export default chain;

/** A run of so many steps. */
export const chainSpec = (seed: number, config: Partial<ChainSpec['config']> = {}): ChainSpec => ({
  program: 'chain',
  config: { steps: 20, every: 5, pace: 1, poisoned: false, ...config },
  tasks: ['a'],
  balance: { name: 'equal', options: {} },
  seed,
});

/** Checkpoints that were made more than once in a run's folder. */
export async function madeTwice(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'history')).catch(() => []);
  const steps = names.map((name) => name.split('-')[0]);
  return steps.filter((step, i) => steps.indexOf(step) !== i);
}
