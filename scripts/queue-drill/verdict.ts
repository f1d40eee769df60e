import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clearAbandoned, type Job } from '@scene-mtl/lab';
import { chainEnd, madeTwice, type ChainSpec } from '../../packages/lab/test/chain-program.ts';
import type { S3Server } from '@scene-mtl/lab/testing';

/** What became of runs: a line for each that is not as it should be, and how many workers had them in hand. */
export interface Outcome {
  readonly wrong: readonly string[];
  readonly hands: number;
}

/** Of one run in a folder: whether it is there, right, made once, and nothing of the work is left behind. */
export async function outcomeOf(
  root: string,
  { id, spec }: Pick<Job<ChainSpec>, 'id' | 'spec'>,
): Promise<Outcome> {
  const folder = join(root, id);
  const wrong: string[] = [];
  const record = await readFile(join(folder, 'record.json'), 'utf8').catch(() => undefined);
  const made =
    record === undefined
      ? undefined
      : (JSON.parse(record) as { result: { metrics: { end: number } } }).result.metrics.end;
  if (made !== chainEnd(spec)) wrong.push(`${id}: missing or wrong`);
  // What a worker left that was killed when it was done; the next command does the same.
  await clearAbandoned(folder);
  const twice = await madeTwice(folder);
  if (twice.length > 0) wrong.push(`${id}: made twice: steps ${twice.join(', ')}`);
  const left = (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) =>
    /(^|\/)lock|\.partial$|^violation|^working-/.test(name),
  );
  if (left.length > 0) wrong.push(`${id}: left behind: ${left.join(', ')}`);
  const hands = await readFile(join(folder, 'hands.jsonl'), 'utf8').catch(() => '');
  return { wrong, hands: hands.split('\n').length - 1 };
}

/**
 * Of one run in a bucket: parts that its index names and that are not there; and whether the last worker was killed, or
 * refused, before it had cleared up: its name stands in the index until another takes the run, or a part of no file is
 * there, which costs space alone.
 */
export function leftInBucket({ objects }: S3Server, prefix: string, id: string) {
  const place = `${prefix}/trained/${id}/`;
  const index = JSON.parse(objects.get(`${place}index.json`)?.body.toString() ?? '{}') as {
    readonly files?: Record<string, { readonly part: string }>;
    readonly holder?: unknown;
  };
  const named = new Set(Object.values(index.files ?? {}).map(({ part }) => part));
  const there = new Set(
    [...objects.keys()]
      .filter((key) => key.startsWith(`${place}parts/`))
      .map((key) => key.split('/').at(-1)!),
  );
  return {
    wrong: [...named].filter((part) => !there.has(part)).map((part) => `${id}: lacks ${part}`),
    isUncleared: index.holder !== undefined || [...there].some((part) => !named.has(part)),
  };
}
