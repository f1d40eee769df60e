import { shellWords } from '@scene-mtl/data';

/** What a job array is made from. */
export interface ScriptParts {
  /** How the program is typed in `root`. */
  readonly program: string;
  /** Shown in the list of jobs. */
  readonly name: string;
  readonly tasks: number;
  /** Folder that holds the code, where the tasks run. */
  readonly root: string;
  readonly jobs: string;
  readonly runs: string;
  /** Of a task, `%a` for its number. */
  readonly log: string;
  /** Cores of a task. */
  readonly cores: number;
}

/**
 * A job array for Slurm's `sbatch`, one task a run. A task that is put back (`--requeue`) goes on from the last
 * checkpoint; what a run needs besides cores (memory, time, a partition) is given to `sbatch`, or written in.
 */
export function arrayScript(parts: ScriptParts): string {
  const { program, name, tasks, root, jobs, runs, log, cores } = parts;
  return `#!/bin/bash
#SBATCH --job-name=${directive(name)}
#SBATCH --array=0-${tasks - 1}
#SBATCH --cpus-per-task=${cores}
#SBATCH --output=${directive(log)}
#SBATCH --open-mode=append
#SBATCH --requeue

set -euo pipefail
cd -- ${shellWords([root])}
exec ${program} slurm-task --jobs ${shellWords([jobs])} --runs ${shellWords([runs])} \\
  --task "\${SLURM_ARRAY_TASK_ID:?expected a task of an array: submit this with sbatch}" \\
  --threads "\${SLURM_CPUS_PER_TASK:-${cores}}"
`;
}

/** A value of an `#SBATCH` line: blanks are kept by quotes, `%` but for the task's number doubled. */
const directive = (text: string): string => {
  const safe = text.replace(/%(?!a)/g, '%%');
  return /^[\w%./@+:,-]+$/.test(safe) ? safe : `"${safe.replace(/["\\]/g, '\\$&')}"`;
};
