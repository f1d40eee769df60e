import { join } from 'node:path';
import type { Task } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import { z } from 'zod';
import { writeAtomically } from '@scene-mtl/data/files';
import { json, readJsonIfPresent } from '@scene-mtl/lab';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import { configSchema, type Config } from '../config/schema.ts';

const colour = z.tuple([z.number(), z.number(), z.number()]);

const schema = z.strictObject({
  config: configSchema,
  seed: z.number().int().nonnegative(),
  tasks: z.array(z.string()).min(1),
  balance: z.strictObject({
    name: z.string(),
    options: z.record(z.string(), z.union([z.number(), z.string()])),
  }),
  select: z
    .strictObject({ metric: z.string(), better: z.enum(['higher', 'lower']) })
    .nullable()
    .describe('validation metric that chose the best checkpoint; never one of test data'),
  data: z.strictObject({
    name: z.string(),
    fields: z.array(z.string()).describe('annotations of its samples'),
    legend: z
      .strictObject({
        classes: z.array(z.string()),
        palette: z.array(colour),
        instanceClasses: z.array(z.number().int()),
      })
      .optional(),
    labels: z
      .record(z.string(), z.array(z.string()))
      .optional()
      .describe('class names of each label of a whole example'),
    numbers: z
      .record(z.string(), z.number().int())
      .optional()
      .describe('how many numbers each annotation of a whole example has'),
  }),
});

/**
 * Everything that a finished run must say about itself so that its network can be built again, on a
 * machine without its data: `run.json` in its folder.
 */
export type RunDescription = z.infer<typeof schema>;

/** The validation metric that decides which checkpoint is the best, by `<task>/<metric>`. */
export interface Selection {
  readonly metric: string;
  readonly better: 'higher' | 'lower';
}

const FILE = 'run.json';

/** Description of a run from its parts. */
export function describeRun(run: {
  readonly config: Config;
  readonly dataset: Dataset;
  readonly tasks: readonly Task[];
  readonly balance: unknown;
  readonly seed: number;
  readonly select?: Selection;
}): RunDescription {
  const { dataset, tasks, config, seed } = run;
  const { name, fields, legend, labels, numbers } = dataset;
  return schema.parse({
    config: { ...withoutWeightsFolder(config), seeds: [seed] },
    seed,
    tasks: tasks.map((task) => task.name),
    balance: run.balance,
    select: run.select ?? null,
    data: { name, fields, legend, labels, numbers },
  });
}

/** Writes `run.json`. */
export const saveDescription = (folder: string, description: RunDescription): Promise<void> =>
  writeAtomically(join(folder, FILE), json(description));

/** The description in a folder, or undefined where there is none yet. */
export async function descriptionIfPresent(folder: string): Promise<RunDescription | undefined> {
  const file = join(folder, FILE);
  const value = await readJsonIfPresent(file);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${file}: not the description of a run:\n${z.prettifyError(parsed.error)}`);
}

/**
 * The description of a stored run.
 * @throws naming the folder when it is not that of a run, or the wrong field
 */
export async function readDescription(folder: string): Promise<RunDescription> {
  const description = await descriptionIfPresent(folder);
  if (description) return description;
  throw new Error(
    `${folder}: no ${FILE} in it; give the folder of one training run, for example ` +
      `runs/train-smoke, or runs/table1-smoke/<row>/seed-1 for a row of Table 1`,
  );
}

/**
 * Refuses to go on in a folder with other tasks, balance, seed or selection than it began with.
 * @throws naming the first field that differs, with both values
 */
export async function assertSameRun(folder: string, now: RunDescription): Promise<void> {
  const known = await descriptionIfPresent(folder);
  if (!known) return;
  for (const key of ['tasks', 'balance', 'seed', 'select'] as const) {
    const [before, after] = [JSON.stringify(known[key]), JSON.stringify(now[key])];
    if (before !== after) {
      throw new Error(
        `${join(folder, FILE)}: this run was started with ${key} ${before}, now it is ${after}; ` +
          `give another --name, or delete ${folder}`,
      );
    }
  }
}
