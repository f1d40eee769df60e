import { seriesColours } from '@scene-mtl/eval';
import { flagNumber, flagNumbers, flagWords, overSeeds } from '@scene-mtl/lab';
import type {
  SceneArm,
  SceneContext,
  SceneExperiment,
  SceneResults,
  SceneRun,
} from '../../../scenes/kind.ts';
import { armOf, learnedWeights } from '../../../scenes/spec.ts';
import { ofUsualTasks } from '../../../scenes/own-tasks.ts';
import { formOf, type LossForm, lossForms } from '../log-variance-forms.ts';
import { convergence, type StartedRun } from './convergence.ts';
import { figure6Charts, figure6Table } from './output.ts';
import { figure6Range, statedRates } from './published.ts';
import { settlingSteps } from './simulation.ts';
import { figure6Verdicts, type Course, type Setting } from './verdicts.ts';

/** Flags of `figure6`. */
export interface Figure6Options {
  /** s at the start, the same for every task. */
  readonly starts: readonly number[];
  /** Learning rates, of the network and of s alike. */
  readonly rates: readonly number[];
  readonly forms: readonly LossForm[];
  readonly iterations: number;
}

type Context = SceneContext<Figure6Options>;

/** Both ends of the stated range and four between. */
const defaultStarts = [figure6Range[0], -0.5, 1, 2, 3.5, figure6Range[1]];

/** The paper's horizon, so that the rate hardly falls within the iterations shown. */
const SCHEDULE = 50_000;

/** Figure 6: s from several starts over the first iterations. */
export const figure6: SceneExperiment<Figure6Options> = ofUsualTasks({
  name: 'figure6',
  title: 'Figure 6: log variances from different starts',
  addFlags: (command) =>
    command
      .option(
        '--starts <values>',
        `s at the start, as --starts=${defaultStarts.join(',')} (default)`,
      )
      .option('--rates <rates>', `learning rates (default: ${statedRates.join(',')})`)
      .option(
        '--forms <names>',
        `forms of the loss (default: ${lossForms.map(({ weighting }) => weighting).join(',')})`,
      )
      .option('--iterations <n>', 'steps of each run (default: 250, or the training steps)'),
  options: (flags) => {
    const iterations =
      flagNumber(flags['iterations'], '--iterations', { whole: true, from: 1 }) ?? 250;
    const starts = flagNumbers(flags['starts'], '--starts', {});
    if (starts.length === 1 || starts.length > seriesColours.length) {
      throw new Error(
        `--starts ${starts.join(',')}: expected 2 … ${seriesColours.length} starts, got ${starts.length}`,
      );
    }
    return {
      starts: orElse(starts, defaultStarts),
      rates: orElse(flagNumbers(flags['rates'], '--rates', { above: 0 }), statedRates),
      forms: orElse(flagWords(flags['forms']).map(formOf), lossForms),
      iterations,
    };
  },
  stages: (context) => [
    settingsOf(context).flatMap(({ form, rate }) =>
      context.options.starts.flatMap((start): SceneRun[] =>
        overSeeds(
          `${nameOf(form, rate)}/start-${start}`,
          context.config.seeds,
          armFor(context, form, rate, start),
        ),
      ),
    ),
  ],
  show(context, results) {
    const settings = settingsOf(context).map(({ form, rate }) =>
      settingOf(context, results, form, rate),
    );
    return {
      lead: `Kendall, Gal & Cipolla 2018, figure 6, on ${context.data.name}.`,
      tables: [{ name: 'figure6', table: figure6Table(context, iterationsOf(context), settings) }],
      figures: settings.flatMap(figure6Charts),
      grids: [],
      verdicts: figure6Verdicts(settings),
    };
  },
});

const orElse = <T>(values: readonly T[], fallback: readonly T[]): readonly T[] =>
  values.length > 0 ? values : fallback;

const nameOf = ({ weighting }: LossForm, rate: number): string => `${weighting}/rate-${rate}`;

const settingsOf = ({ options, data }: Context): { form: LossForm; rate: number }[] =>
  data.tasks.length === 0
    ? []
    : options.forms.flatMap((form) => options.rates.map((rate) => ({ form, rate })));

/** A profile that trains for fewer steps shows no more of them. */
const iterationsOf = ({ config, options }: Context): number =>
  Math.min(options.iterations, config.training.steps);

/**
 * The first iterations of a long run: neither warm-up nor decay, and no clipping, which would slow s
 * whenever the weights of a low start make the network's gradient large.
 */
function armFor(context: Context, form: LossForm, rate: number, start: number): SceneArm {
  const { config, data } = context;
  const steps = iterationsOf(context);
  const training: SceneArm['config']['training'] = {
    ...config.training,
    steps,
    learningRate: rate,
    weightingLearningRate: null,
    clipNorm: null,
    warmUp: 0,
    scheduleSteps: SCHEDULE,
    evalEvery: steps,
    checkpointEvery: steps,
    logEvery: 2,
  };
  const balance = learnedWeights(form.weighting, { initial: start });
  return armOf({ ...config, training }, { tasks: data.tasks, balance });
}

function settingOf(context: Context, results: SceneResults, form: LossForm, rate: number): Setting {
  const { starts } = context.options;
  const seeds = context.config.seeds.map((seed) => ({
    seed,
    runs: starts.flatMap((start): StartedRun[] => {
      const summary = results.summary({ ...armFor(context, form, rate, start), seed });
      return summary ? [{ start, summary }] : [];
    }),
  }));
  return {
    form,
    rate,
    wanted: starts,
    tasks: context.data.tasks.map((task) => ({
      task,
      courses: seeds.map(({ seed, runs }): Course => {
        const found = convergence(runs, form, task);
        const predicted =
          found &&
          settlingSteps({
            term: form.term(task),
            loss: found.loss,
            start: Math.max(...starts),
            rate,
            momentum: context.config.training.momentum,
            steps: iterationsOf(context),
          });
        return { seed, found, predicted };
      }),
    })),
  };
}
