import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { gathered, performTask } from '@scene-mtl/lab/batch';
import type { Command } from 'commander';
import { LIMITS } from '../config/limits.ts';
import { filePath, folderPath } from './path.ts';
import { loadTyped } from './plugin-flag.ts';
import { wholeNumber } from './whole-number.ts';

/** Adds `replicate gather` and what a job array's tasks run. */
export function addGatherCommand(program: Command): void {
  program
    .command('gather')
    .description(
      'Collects the runs of a job array that --executor slurm wrote: says which are missing, or carries on with the ' +
        'command that asked for them.',
    )
    .argument('<folder>', 'folder of the tables, e.g. runs/table1-smoke', folderPath)
    .action(async (folder: string) => {
      const { command, done, missing } = await gathered(folder, dirname(resolve(folder)));
      for (const line of missing)
        process.stderr.write(`${line}
`);
      process.stderr.write(`${done} of ${done + missing.length} runs done
`);
      if (missing.length > 0) {
        throw new Error(
          `${folder}: ${missing.length} runs are not done; submit the script again: what is done is not done again`,
        );
      }
      const { commands } = await import('./index.ts');
      const wanted = commands.find(({ name }) => name === command[0]);
      if (!wanted)
        throw new Error(`${folder}: was asked for by ${command[0]}, which is no command`);
      await loadTyped(command);
      await wanted.add(program);
      await program.parseAsync(command, { from: 'user' });
    });
}

/** Adds what a task of a job array runs. */
export function addTaskCommand(program: Command): void {
  program
    .command('slurm-task')
    .description('Carries out one run of a job array; its script calls this.')
    .requiredOption('--jobs <file>', 'what --executor slurm wrote', filePath)
    .option('--runs <dir>', 'folder of all runs', folderPath, 'runs')
    .requiredOption('--task <n>', 'number of the run, from 0', wholeNumber(0))
    .option(
      '--threads <n>',
      'threads of the engine',
      wholeNumber(1, LIMITS.threads),
      availableParallelism(),
    )
    .action(async (flags: { jobs: string; runs: string; task: number; threads: number }) => {
      let shown = -Infinity;
      const id = await performTask({
        ...flags,
        onProgress(progress) {
          if (progress.kind !== 'training' || performance.now() - shown < 10_000) return;
          shown = performance.now();
          const { step, steps } = progress.progress;
          process.stderr.write(`step ${step}/${steps}\n`);
        },
      });
      process.stderr.write(`${id}: done\n`);
    });
}
