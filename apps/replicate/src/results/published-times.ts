import { join } from 'node:path';
import type { TimedRun } from '@scene-mtl/lab';
import type { SceneSpec } from '../scenes/kind.ts';
import { groupNames, readPublished } from './published.ts';

/**
 * What published runs took, each with the machine that made it. Times are a convenience: a group that cannot be
 * read is left out, with a line that says so.
 * @param tell gets that line
 */
export async function publishedTimes(
  folder: string,
  tell: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<TimedRun<SceneSpec>[]> {
  const runs: TimedRun<SceneSpec>[] = [];
  for (const name of await groupNames(folder)) {
    const place = join(folder, name);
    try {
      const group = await readPublished(place);
      for (const { spec, timing, environment } of group?.runs.values() ?? []) {
        const machine = `${environment['processor'] ?? 'an unknown processor'}, ${timing.engine}`;
        runs.push({ spec, timing, machine: `${machine} (${place})` });
      }
    } catch (error) {
      tell(`note: the times of ${place} are not used: ${(error as Error).message}`);
    }
  }
  return runs;
}
