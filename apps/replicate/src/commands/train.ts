import { InvalidArgumentError, type Command } from 'commander';
import { addBalancerFlags, balanceOf, balancerHelp, type BalancerFlags } from './balancer-flags.ts';
import {
  addDataFlags,
  addEngineFlags,
  compileOptions,
  type DataFlags,
  type EngineFlags,
} from './engine-flags.ts';
import { withFrozen, withInitial } from '../config/initial.ts';
import { trainRun } from '../train/train-run.ts';
import {
  addConfigurationFlags,
  configurationOf,
  groupOf,
  typedCommand,
  type ConfigurationFlags,
} from './configuration-flags.ts';

interface Flags extends EngineFlags, DataFlags, ConfigurationFlags, BalancerFlags {
  tasks?: string[];
  select?: string;
  init: string[];
  freeze?: string[];
  seed?: number;
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

const seedNumber = (text: string): number => {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0 || text.trim() === '') {
    throw new InvalidArgumentError('expected a whole number from 0.');
  }
  return seed;
};

/** Adds `replicate train`: one training run in a folder of its own. */
export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description(
      'One training run. The same command continues a run that was stopped, to the same bytes.',
    );
  addBalancerFlags(addConfigurationFlags(command))
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
      '--seed <n>',
      'seed of everything (default: the first of the configuration)',
      seedNumber,
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
    .option('--runs <dir>', 'folder of all runs', 'runs')
    .option('--name <name>', 'folder of this run inside it (default: train-<profile>)');
  command.addHelpText('after', balancerHelp);
  addDataFlags(addEngineFlags(command)).action(async (flags: Flags) => {
    const { init, freeze, runs } = flags;
    const config = await withInitial(withFrozen(await configurationOf(flags), freeze), init, runs);
    const balance = await balanceOf(flags);
    const { folder, result } = await trainRun({
      config,
      runs,
      name: flags.name ?? `train-${groupOf(flags)}`,
      seed: flags.seed ?? config.seeds[0],
      tasks: flags.tasks,
      balance,
      select: flags.select,
      compile: compileOptions(flags),
      dataWorkers: flags.dataWorkers,
      command: typedCommand(),
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
    process.stdout.write(`${folder}\n`);
  });
}
