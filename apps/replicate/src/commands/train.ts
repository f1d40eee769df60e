import { balancerNamed, balancers } from '@scene-mtl/core';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  addDataFlags,
  addEngineFlags,
  compileOptions,
  type DataFlags,
  type EngineFlags,
} from './engine-flags.ts';
import type { Balance } from '@scene-mtl/lab';
import { withFrozen, withInitial } from '../config/initial.ts';
import { settledWeights } from '../config/settled-weights.ts';
import { trainRun } from '../train/train-run.ts';
import {
  addConfigurationFlags,
  configurationOf,
  groupOf,
  typedCommand,
  type ConfigurationFlags,
} from './configuration-flags.ts';

interface Flags extends EngineFlags, DataFlags, ConfigurationFlags {
  tasks?: string[];
  balancer: string;
  balancerSet: string[];
  weightsOf?: string;
  weightsLines: number;
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

const lineCount = (text: string): number => {
  const lines = Number(text);
  if (!Number.isSafeInteger(lines) || lines < 1) {
    throw new InvalidArgumentError('expected a whole number from 1.');
  }
  return lines;
};

/** `key=number` pairs → numbers by key. */
function numbersOf(pairs: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const value = Number(pair.slice(at + 1));
      if (at < 1 || pair.length === at + 1 || !Number.isFinite(value)) {
        throw new Error(
          `--balancer-set ${pair}: expected key=number, for example temperature=2 or depth=0.1`,
        );
      }
      return [pair.slice(0, at), value];
    }),
  );
}

/** Canonical name of a method, from that or an alias. */
function knownBalancer(text: string): string {
  try {
    return balancerNamed(text).name;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** The methods with their formulas, options and prices. */
const balancerHelp = (): string =>
  [
    '\nMethods of --balancer (and their short names in the field). One of the losses and one of the',
    'gradients go together, in this order: uw+pcgrad; options then begin with the name of theirs:',
    '--balancer-set uncertainty.initial=0.5.',
    ...balancers.map(({ name, alias, formula, cost, source }) => {
      const title = [name, ...alias.filter((a) => a.toLowerCase() !== name)].join(', ');
      const price = cost === 'none' ? '' : ` Costs ${cost}.`;
      return `  ${title}\n      ${formula}.${price} ${source}.`;
    }),
  ].join('\n');

/** The balance that the flags ask for; weights of another run are said as they would be typed. */
async function balanceOf(flags: Flags): Promise<Balance> {
  const { weightsOf, weightsLines, runs } = flags;
  if (weightsOf === undefined) {
    return { name: flags.balancer, options: numbersOf(flags.balancerSet) };
  }
  const balance = await settledWeights(weightsOf, runs, weightsLines);
  const typed = Object.entries(balance.options).map(([task, weight]) => `${task}=${weight}`);
  process.stdout.write(
    `weights of ${weightsOf}: --balancer ${balance.name} --balancer-set ${typed.join(' ')}\n`,
  );
  return balance;
}

/** Adds `replicate train`: one training run in a folder of its own. */
export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description(
      'One training run. The same command continues a run that was stopped, to the same bytes.',
    );
  addConfigurationFlags(command)
    .option(
      '--tasks <names>',
      'e.g. semantic,depth,normals,edges (default: all that the data has)',
      taskList,
    )
    .addOption(
      new Option('--balancer <name>', 'how the tasks are balanced; the methods are listed below')
        .argParser((name: string) => knownBalancer(name))
        .default('uncertainty'),
    )
    .option(
      '--balancer-set <key=number...>',
      'its options: initial=…, temperature=…, or one weight per task for fixed',
      [] as string[],
    )
    .addOption(
      new Option(
        '--weights-of <run>',
        'fixed weights: those that another run settled on, means over the end of its log',
      ).conflicts(['balancer', 'balancerSet']),
    )
    .option(
      '--weights-lines <n>',
      'lines of the log that --weights-of averages over',
      lineCount,
      10,
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
