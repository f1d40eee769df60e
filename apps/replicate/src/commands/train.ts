import { join } from 'node:path';
import { readMetrics } from '@scene-mtl/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  addArchitectureFlags,
  architectureHelp,
  withArchitecture,
  type ArchitectureFlags,
} from './architecture-flags.ts';
import { addBalancerFlags, balanceOf, balancerHelp, type BalancerFlags } from './balancer-flags.ts';
import {
  addDataFlags,
  addEngineFlags,
  compileOptions,
  type DataFlags,
  type EngineFlags,
} from './engine-flags.ts';
import { LIMITS } from '../config/limits.ts';
import { tasksIn } from '../predict/stored-network.ts';
import { readDescription } from '../run/description.ts';
import { withFrozen, withInitial } from '../run/initial.ts';
import { regretOf, regretText } from '../train/regret.ts';
import { trainRun } from '../train/train-run.ts';
import {
  addConfigurationFlags,
  configurationOf,
  groupOf,
  typedCommand,
  type ConfigurationFlags,
} from './configuration-flags.ts';
import { folderPath } from './path.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags
  extends EngineFlags, DataFlags, ConfigurationFlags, BalancerFlags, ArchitectureFlags {
  tasks?: string[];
  select?: string;
  init: string[];
  freeze?: string[];
  gradientHealth?: number;
  steps?: number;
  seed?: number;
  seeds?: number[];
  runs: string;
  name?: string;
}

const taskList = (text: string): string[] => {
  const tasks = text.split(',');
  if (tasks.includes('') || new Set(tasks).size < tasks.length) {
    throw new InvalidArgumentError('expected names of tasks, each once, e.g. semantic,depth.');
  }
  return tasks;
};

const seedList = (text: string): number[] => {
  const seeds = text.split(',').map(wholeNumber(0));
  if (new Set(seeds).size === seeds.length) return seeds;
  throw new InvalidArgumentError(
    'expected each seed once: a run that is there twice has no spread.',
  );
};

/** Adds `replicate train`: one training run in a folder of its own. */
export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description(
      'One training run. The same command continues a run that was stopped, to the same bytes.',
    );
  addArchitectureFlags(addBalancerFlags(addConfigurationFlags(command)))
    .option(
      '--tasks <names>',
      'e.g. semantic,depth,normals,edges (default: all that the data has)',
      taskList,
    )
    .option(
      '--select <task/metric>',
      'validation metric of the best checkpoint (default: primary metric of the first task)',
    )
    .option(
      '--steps <n>',
      'steps in all; a run of the same name that has fewer goes on to as many, to the same weights as at once, where\n' +
        'its learning rate does not end with its steps (training.schedule=constant, or training.scheduleSteps=N)',
      wholeNumber(1, LIMITS.steps),
    )
    .option(
      '--seed <n>',
      'seed of everything (default: the first of the configuration)',
      wholeNumber(0),
    )
    .addOption(
      new Option(
        '--seeds <list>',
        'several runs, one after the other, <name>-seed-<n> each: 1,2,3. See replicate compare',
      )
        .argParser(seedList)
        .conflicts('seed'),
    )
    .option(
      '--init <run:parts...>',
      'begin parts of the network as another run left them, e.g. runs/first:shared,depth',
      [] as string[],
    )
    .option(
      '--freeze <parts>',
      'parts that training leaves as they are, bit by bit, e.g. shared,semantic',
      (text) => text.split(','),
    )
    .option(
      '--gradient-health <n>',
      'look at the gradients of the tasks every n steps: do they conflict, is a method needed?',
      wholeNumber(1),
    )
    .option('--runs <dir>', 'folder of all runs', folderPath, 'runs')
    .option('--name <name>', 'folder of this run inside it (default: train-<profile>)');
  command.addHelpText('after', balancerHelp).addHelpText('after', architectureHelp);
  addDataFlags(addEngineFlags(command)).action(async (flags: Flags) => {
    const { init, freeze, runs } = flags;
    const shared = withArchitecture(await configurationOf(flags), flags);
    const begun = await withInitial(withFrozen(shared, freeze), init, runs);
    const { steps = begun.training.steps } = flags;
    const config = { ...begun, training: { ...begun.training, steps } };
    const balance = await balanceOf(flags);
    const whole = flags.name ?? `train-${groupOf(flags)}`;
    const all = flags.seeds?.map((seed) => ({ seed, name: `${whole}-seed-${seed}` })) ?? [
      { seed: flags.seed ?? config.seeds[0], name: whole },
    ];
    for (const { seed, name } of all) {
      const { folder, result } = await trainRun({
        config,
        runs,
        name,
        seed,
        tasks: flags.tasks,
        balance,
        select: flags.select,
        compile: compileOptions(flags),
        dataWorkers: flags.dataWorkers,
        prolongs: flags.steps !== undefined,
        command: typedCommand(),
        ...(flags.gradientHealth !== undefined && {
          health: {
            every: flags.gradientHealth,
            say: (text: string) => void process.stdout.write(`${text}\n`),
          },
        }),
      });
      const { metrics, best } = result;
      for (const [metric, value] of Object.entries(metrics)) {
        process.stdout.write(`${metric} ${value === null ? '–' : value.toFixed(4)}\n`);
      }
      if (best) {
        process.stdout.write(
          `best ${best.metric} ${best.value.toFixed(4)} on validation, step ${best.step}\n`,
        );
      }
      const regret = regretOf(
        await readMetrics(join(folder, 'metrics.jsonl')),
        tasksIn(await readDescription(folder)),
      );
      if (regret) process.stdout.write(`${regretText(regret)}\n`);
      process.stdout.write(`${folder}\n`);
    }
  });
}
