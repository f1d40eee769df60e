import { basename, join, resolve } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { json } from '@scene-mtl/lab';
import { z } from 'zod';

const count = z.number().int().nonnegative();
const cost = { parameters: count, multiplyAdds: count.describe('of one image, forward') };
const changedBy = z.string().min(1).describe('name of the last run that changed it');

const head = z.strictObject({
  name: z.string().min(1),
  owner: z.string().nullable().describe('who answers for it; free text'),
  data: z.string().describe('what it learned from'),
  sampling: z.strictObject({
    batchSize: count,
    steps: count,
    features: z.enum(['none', 'f32', 'f16']).describe('none: end to end'),
  }),
  weight: z.strictObject({
    method: z.string().describe('what balances its loss'),
    value: z.number().nullable().describe('the last one; null: the method weighs no losses'),
  }),
  stopping: z.strictObject({
    metric: z.string().nullable().describe('what chose the best step; null: the last one counts'),
    bestStep: count.nullable(),
  }),
  ...cost,
  labelledFrames: count
    .nullable()
    .describe('training frames with its annotation; null: not counted'),
  changedBy,
});

const schema = z
  .strictObject({
    version: z.literal(1),
    run: z.string(),
    size: z.strictObject({ height: count, width: count }),
    trunk: z.strictObject({
      encoder: z.string(),
      ...cost,
      stages: z.array(z.strictObject({ name: z.string(), ...cost })),
      changedBy,
    }),
    groups: z
      .array(
        z.strictObject({
          name: z.string().describe('the part of the trunk whose output its heads read'),
          heads: z.array(z.string()).min(1),
        }),
      )
      .min(1),
    heads: z.array(head).min(1),
  })
  .superRefine(({ groups, heads }, context) => {
    const grouped = groups.flatMap((group) => group.heads).sort();
    const named = heads.map(({ name }) => name).sort();
    if (grouped.join() === named.join()) return;
    context.addIssue({
      code: 'custom',
      path: ['groups'],
      message: `each of the heads ${named.join(', ')} once`,
    });
  });

/** A network and who trains what of it: `network.json` in a run's folder. */
export type NetworkFile = z.infer<typeof schema>;

/** One of its heads. */
export type HeadEntry = NetworkFile['heads'][number];

/** Path of the file in a run's folder. */
export const networkFile = (folder: string): string => join(folder, 'network.json');

/**
 * The network file of a run, or undefined where there is none yet.
 * @throws naming the field that is wrong, or when it is of other heads than the run
 */
export async function networkFileIfPresent(
  folder: string,
  tasks: readonly string[],
): Promise<NetworkFile | undefined> {
  const file = networkFile(folder);
  const known = await parseJsonFileIfPresent(file, schema, {
    remedy: 'delete it to make it again',
  });
  if (!known) return undefined;
  const heads = known.heads.map(({ name }) => name);
  if (heads.join() === tasks.join()) return known;
  throw new Error(
    `${file}: heads: expected those of the run, ${tasks.join(', ')}, got ${heads.join(', ')}; ` +
      `delete it to make it again`,
  );
}

/** Writes the network file of a run. */
export const saveNetworkFile = (folder: string, content: NetworkFile): Promise<void> =>
  writeAtomically(networkFile(folder), json(schema.parse(content)));

/** How a network file names a run: by its folder. */
export const runName = (folder: string): string => basename(resolve(folder));
