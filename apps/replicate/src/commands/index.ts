import { Command } from 'commander';
import { main, others, paperSummary } from '../papers/contents.ts';

/** A command as `replicate --help` lists it; its code is loaded when it is asked for. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  /** What a user who stops it by Ctrl-C is told. */
  readonly stopped?: string;
  /** Adds the command with its flags to the program. */
  readonly add: (program: Command) => Promise<void>;
}

const GOES_ON =
  'Stopped. Nothing is lost: the same command goes on where it was, to the same result.';

/** Every command, in the order of `--help`. The first one is meant where none is named. */
export const commands: readonly ListedCommand[] = [
  ...main.entries.map((entry) => ({
    name: entry.name,
    summary: entry.summary,
    stopped: GOES_ON,
    add: async (program: Command) => {
      const { addExperimentCommand } = await withTensors(() => import('./experiment.ts'));
      await addExperimentCommand(program, main, entry);
    },
  })),
  ...others.map((paper) => {
    const { name, entries } = paper;
    const summary = paperSummary(paper);
    const add = async (program: Command) => {
      const { addExperimentCommand } = await withTensors(() => import('./experiment.ts'));
      const place = program.command(name).description(summary);
      for (const entry of entries) await addExperimentCommand(place, paper, entry);
    };
    return { name, summary, stopped: GOES_ON, add };
  }),
  {
    name: 'all',
    summary: 'Every table and figure, one after the other.',
    stopped: GOES_ON,
    add: async (program) =>
      (await withTensors(() => import('./experiment.ts'))).addAllCommand(program),
  },
  {
    name: 'plan',
    summary: 'What a table or figure would train, what is there already, and the time left.',
    add: async (program) => (await withTensors(() => import('./plan.ts'))).addPlanCommand(program),
  },
  ...(
    [
      ['publish', 'Puts finished runs, a line a run, into a folder that is committed.'],
      ['restore', 'Puts published runs back as finished ones, to train only what is missing.'],
      ['report', 'RESULTS.md and its pages from published results, or one page of HTML.'],
    ] as const
  ).map(([name, summary]) => ({
    name,
    summary,
    add: async (program: Command) =>
      (await withTensors(() => import('./report.ts'))).addReportCommands(program),
  })),
  {
    name: 'train',
    summary: 'One training run; the same command continues one that was stopped.',
    stopped: GOES_ON,
    add: async (program) =>
      (await withTensors(() => import('./train.ts'))).addTrainCommand(program),
  },
  {
    name: 'demo',
    summary: 'Equal against learned weights, live in a page that opens by itself.',
    add: async (program) => (await withTensors(() => import('./demo.ts'))).addDemoCommand(program),
  },
  {
    name: 'worker',
    summary: 'Carries out runs of a queue, on as many machines as there are.',
    add: async (program) => (await import('./worker.ts')).addWorkerCommand(program),
  },
  {
    name: 'queue',
    summary: 'Looks at a queue of runs; cancels runs of it.',
    add: async (program) => (await import('./queue.ts')).addQueueCommands(program),
  },
  {
    name: 'gather',
    summary: 'Collects the runs of a job array that --executor slurm wrote.',
    add: async (program) => (await import('./gather.ts')).addGatherCommand(program),
  },
  {
    name: 'slurm-task',
    summary: 'One run of such a job array; its script calls this.',
    add: async (program) => (await import('./gather.ts')).addTaskCommand(program),
  },
  {
    name: 'evaluate',
    summary: 'Metrics of a stored run over a whole split.',
    add: async (program) =>
      (await withTensors(() => import('./evaluate.ts'))).addEvaluateCommand(program),
  },
  {
    name: 'compare',
    summary: 'Finished runs beside each other: mean ± sd, a paired test, what differs, plots.',
    add: async (program) =>
      (await withTensors(() => import('./compare.ts'))).addCompareCommand(program),
  },
  {
    name: 'predict',
    summary: 'Predict photographs with a stored run or weights: overlays and official files.',
    add: async (program) =>
      (await withTensors(() => import('./predict.ts'))).addPredictCommand(program),
  },
  {
    name: 'export',
    summary: 'The network of a stored run for other programs: ONNX or tf.layers.',
    add: async (program) =>
      (await withTensors(() => import('./export.ts'))).addExportCommand(program),
  },
  {
    name: 'weights',
    summary:
      'Networks that come with this package, to predict with; making others of finished runs.',
    add: async (program) =>
      (await withTensors(() => import('./weights.ts'))).addWeightsCommands(program),
  },
  {
    name: 'heads',
    summary:
      'Networks that live for years: show, tune, add, replace, remove, compare, trace and take stock of their heads.',
    add: async (program) =>
      (await withTensors(() => import('./heads/index.ts'))).addHeadsCommands(program),
  },
  {
    name: 'config',
    summary: 'Every key of the configuration: its meaning, what it may be, what a profile has.',
    add: async (program) => (await import('./config.ts')).addConfigCommand(program),
  },
  {
    name: 'data',
    summary: 'Your own data: describe, check, look at; street scenes: generate.',
    add: async (program) => (await import('./data/index.ts')).addDataCommands(program),
  },
  {
    name: 'score',
    summary: 'Score predictions in the official Cityscapes submission formats.',
    add: async (program) => (await import('./score.ts')).addScoreCommand(program),
  },
  {
    name: 'completion',
    summary: 'A script that makes bash, zsh or fish complete commands and flags.',
    add: async (program) => (await import('./completion.ts')).addCompletionCommand(program, whole),
  },
];

/** A program with every command and flag. */
async function whole(): Promise<Command> {
  const program = new Command('replicate');
  // Some add several, so that each is asked for once.
  for (const { name, add } of commands) {
    if (!program.commands.some((one) => one.name() === name)) await add(program);
  }
  return program;
}

/** Loads a command that computes with TensorFlow.js, which costs seconds and 150 MB, and readies that. */
async function withTensors<T>(load: () => Promise<T>): Promise<T> {
  const tf = await import('@tensorflow/tfjs');
  // Keeps its advertisement for its native package out of the output.
  tf.env().set('PROD', true);
  const loaded = await load();
  await tf.setBackend('cpu');
  return loaded;
}
