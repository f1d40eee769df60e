import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { listCheckpoints } from '@scene-mtl/core';
import { writeAtomically } from '@scene-mtl/data/files';
import { z } from 'zod';

/** A line of `hands.jsonl`: a worker that took a run in hand. */
const handSchema = z.looseObject({
  worker: z.string(),
  processor: z.string(),
  step: z.number().int().nonnegative(),
});

/** Who worked on a run, and from which step on. */
export type Hand = z.infer<typeof handSchema>;

const handsFile = (folder: string): string => join(folder, 'hands.jsonl');

/** Who worked on a run of a queue, in order; empty for one that was never in a queue. */
export function handsOf(folder: string): Hand[] {
  const file = handsFile(folder);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => handSchema.safeParse(jsonOf(line)).data ?? []);
}

const jsonOf = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** What a worker finds that takes a run in hand. */
export interface TakenInHand {
  readonly worker: string;
  /** Of the newest checkpoint, from which it goes on; 0: it begins. */
  readonly step: number;
  /** Who had it before, and on what processor where that is another one: rounding may differ from there on. */
  readonly before?: { readonly worker: string; readonly processor?: string };
}

/** Notes that a worker takes a run in hand, in a folder that it has locked. */
export async function takenInHand(
  folder: string,
  worker: string,
  processor: string = cpus()[0]?.model.trim() ?? 'unknown',
): Promise<TakenInHand> {
  const step = Math.max(0, ...(await listCheckpoints(join(folder, 'checkpoints'))));
  const hands = handsOf(folder);
  const last = hands.at(-1);
  const all = [...hands, { worker, processor, step }];
  await writeAtomically(handsFile(folder), all.map((hand) => `${JSON.stringify(hand)}\n`).join(''));
  return {
    ...{ worker, step },
    ...(last &&
      step > 0 && {
        before: {
          worker: last.worker,
          ...(last.processor !== processor && { processor: last.processor }),
        },
      }),
  };
}
