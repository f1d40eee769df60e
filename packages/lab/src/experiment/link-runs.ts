import { lstat, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { cannotWrite, makeFolder } from '@scene-mtl/data/files';
import type { ArmRun } from '../specs/arms.ts';
import type { RunSpec } from '../specs/spec.ts';
import { summaryFile } from '../store/results.ts';

/** What a file system says that has no links. */
const NO_LINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL'];

/**
 * `<label>` in an experiment's folder leads to the run, so that other commands can be given it. A folder
 * that stands there is left as it is: where links were copied as what they lead to (`cp -rL`), it is the run.
 * @param say takes a line for what could not be linked
 */
export async function linkRuns<S extends RunSpec>(
  folder: string,
  runs: readonly ArmRun<S>[],
  folderOf: (spec: S) => string,
  say: (line: string) => void,
): Promise<void> {
  for (const { label, spec } of runs) {
    const link = join(folder, label);
    const run = folderOf(spec);
    const target = relative(dirname(link), run);
    const there = await lstat(link).catch(() => undefined);
    if (there?.isSymbolicLink()) {
      if ((await readlink(link)) === target) continue;
      await rm(link).catch(failing(link));
    } else if (there) {
      if (!(await isCopy(link, run))) {
        say(`${link}: is no link to ${run}, but something of its own; left as it is`);
      }
      continue;
    }
    await makeFolder(dirname(link), link);
    try {
      await symlink(target, link, 'dir');
    } catch (cause) {
      if (!NO_LINKS.includes((cause as NodeJS.ErrnoException).code ?? '')) {
        throw cannotWrite(link, cause);
      }
      return say(`${folder}: no links can be made here; the runs are in ${dirname(run)}`);
    }
  }
}

/** Whether a folder holds the record of the same run. */
async function isCopy(folder: string, run: string): Promise<boolean> {
  const [copy, own] = await Promise.all(
    [folder, run].map((place) => readFile(summaryFile(place), 'utf8').catch(() => undefined)),
  );
  return copy !== undefined && copy === own;
}

const failing = (path: string) => (cause: unknown) => {
  throw cannotWrite(path, cause);
};
