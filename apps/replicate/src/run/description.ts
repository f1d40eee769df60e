import { join } from 'node:path';
import type { Task } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import { z } from 'zod';
import { writeAtomically } from '@scene-mtl/data/files';
import { parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { json } from '@scene-mtl/lab';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import { configSchema, type Config } from '../config/schema.ts';
import { loadRecorded, recordedIn } from '../plugins/recorded.ts';

const colour = z.tuple([z.number(), z.number(), z.number()]);

const legend = {
  classes: z.array(z.string()),
  palette: z.array(colour),
  instanceClasses: z.array(z.number().int()),
};

const annotation = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('classes'), ...legend }),
  z.strictObject({ kind: z.literal('objects'), within: z.string().optional() }),
  z.strictObject({ kind: z.literal('disparity') }),
  z.strictObject({ kind: z.literal('depth'), unit: z.string() }),
  z.strictObject({ kind: z.literal('normals') }),
  z.strictObject({ kind: z.literal('edges') }),
  z.strictObject({ kind: z.literal('label'), classes: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('numbers'), length: z.number().int().positive() }),
  z.strictObject({ kind: z.literal('other'), of: z.string() }),
]);

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
    legend: z.strictObject(legend).optional(),
    annotations: z
      .record(z.string(), annotation)
      .optional()
      .describe('what the fields mean that have not their usual names'),
    labels: z
      .record(z.string(), z.array(z.string()))
      .optional()
      .describe('class names of each label of a whole example'),
    numbers: z
      .record(z.string(), z.number().int())
      .optional()
      .describe('how many numbers each annotation of a whole example has'),
  }),
  configHash: z
    .string()
    .optional()
    .describe('what its checkpoints carry; absent from runs of before it was said'),
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
  readonly configHash?: string;
}): RunDescription {
  const { dataset, tasks, config, seed } = run;
  const { name, fields, annotations, legend, labels, numbers } = dataset;
  return schema.parse({
    config: { ...withoutWeightsFolder(config), seeds: [seed] },
    seed,
    tasks: tasks.map((task) => task.name),
    balance: run.balance,
    select: run.select ?? null,
    data: { name, fields, annotations, legend, labels, numbers },
    configHash: run.configHash,
  });
}

/** Writes `run.json`. */
export function saveDescription(folder: string, description: RunDescription): Promise<void> {
  const { config } = description;
  const kept = { ...config, plugins: recordedIn(folder, config.plugins) };
  return writeAtomically(join(folder, FILE), json({ ...description, config: kept }));
}

/** The description in a folder, or undefined where there is none yet. */
export async function descriptionIfPresent(folder: string): Promise<RunDescription | undefined> {
  const file = join(folder, FILE);
  return parseJsonFileIfPresent(file, schema, { remedy: 'it is not the description of a run' });
}

/**
 * The description of a stored run; the plugins that it was made with are loaded.
 * @throws naming the folder when it is not that of a run, or the wrong field; a plugin that is gone or has changed
 */
export async function readDescription(folder: string): Promise<RunDescription> {
  const description = await descriptionIfPresent(folder);
  if (description) {
    const { config } = description;
    const plugins = await loadRecorded(folder, config.plugins);
    return { ...description, config: { ...config, plugins } };
  }
  throw new Error(
    `${folder}: no ${FILE} in it; give the folder of one training run, for example ` +
      `runs/train-smoke, or runs/table1-smoke/<row>/seed-1 for a row of Table 1`,
  );
}

/**
 * Refuses to go on in a folder with other tasks, balance, seed or selection than it began with.
 * @throws naming the first field that differs, with both values
 */
export function assertSameRun(folder: string, known: RunDescription, now: RunDescription): void {
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
