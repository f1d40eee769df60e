import type { Table, TableCell } from '@scene-mtl/eval';
import {
  compare,
  type ComparedArm,
  type RunSummary,
  deltaMTable,
  flagWords,
  judge,
  measuredCell,
  metricOf,
  notRun,
  overSeeds,
  pairedTable,
  summariesOf,
  type Verdict,
} from '@scene-mtl/lab';
import type {
  SceneContext,
  SceneExperiment,
  SceneResults,
  SceneSummary,
} from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import {
  columnOf,
  differenceUnits,
  primaryOfTask,
  primaryQuantities,
} from '../../../scenes/quantities.ts';
import { ofUsualTasks } from '../../../scenes/own-tasks.ts';
import { quantities } from '../table1-rows.ts';
import { singleArm } from '../table1-arms.ts';
import { collapse, collapseArm } from './learned-collapse.ts';
import { type LossArm, lossArms } from './loss-arms.ts';
import { noiseRuns } from './noise-arms.ts';
import { noiseRecovery } from './noise-recovery.ts';

/** Flags of `ablations`. */
export interface AblationOptions {
  /** Slugs to run, `learned` and `noise` among them; empty: all. */
  readonly rows: readonly string[];
}

type Context = SceneContext<AblationOptions>;

const slugs = [...lossArms.map(({ slug }) => slug), 'learned', 'noise'];

/** Forms of the loss and other weightings on the same tasks, and what the paper says of them. */
export const ablations: SceneExperiment<AblationOptions> = ofUsualTasks({
  name: 'ablations',
  title: 'Ablations: forms of the loss, other weightings, noise of known size',
  addFlags: (command) =>
    command.option('--rows <names>', `only these: ${slugs.join(', ')} (default: all)`),
  options: (flags) => ({
    rows: flagWords(flags['rows']).map((slug) => {
      if (slugs.includes(slug)) return slug;
      throw new Error(`--rows ${slug}: expected some of ${slugs.join(', ')}`);
    }),
  }),
  *stages(context) {
    const { config, options, data } = context;
    const wanted = (slug: string) => options.rows.length === 0 || options.rows.includes(slug);
    yield [
      ...lossArms
        .filter(({ slug }) => wanted(slug))
        .flatMap(({ slug, arm }) => {
          const of = arm(context);
          return of ? overSeeds(slug, config.seeds, of) : [];
        }),
      ...(wanted('learned') && data.tasks.length > 1
        ? overSeeds('learned', config.seeds, collapseArm(context))
        : []),
      ...(wanted('noise') ? noiseRuns(context) : []),
    ];
  },
  show(context, results) {
    const arms = lossArms.map((arm) => ({ arm, summaries: finished(arm, context, results) }));
    const compared = arms.map(({ arm, summaries }) => comparedArm(arm, summaries, context));
    const differences = pairedTable({
      arm: compared.find(({ slug }) => slug === 'uncertainty'),
      others: compared,
      ...{ quantities, seeds: context.config.seeds, units: differenceUnits },
    });
    const deltaM = deltaMTable({
      arms: [...compared, ...singleArms(context, results)],
      tasks: context.data.tasks,
      quantities,
      data: { dataset: context.data.name, split: 'val' },
    });
    const sinking = context.data.tasks.length > 1 ? collapse(context, results) : undefined;
    const noise = noiseRecovery(context, results);
    return {
      lead: `Forms of the loss of Kendall, Gal & Cipolla 2018 and other weightings, on ${context.data.name}.`,
      tables: [
        { name: 'ablations', table: tableOf(context, arms) },
        ...(differences ? [{ name: 'ablations-paired', table: differences }] : []),
        ...(deltaM ? [{ name: 'ablations-delta-m', table: deltaM }] : []),
        ...(sinking ? [{ name: 'ablations-learned', table: sinking.table }] : []),
        ...(noise ? [{ name: 'ablations-noise', table: noise.table }] : []),
      ],
      figures: [...(sinking?.figures ?? []), ...(noise?.figures ?? [])],
      grids: [],
      verdicts: [
        ...(context.data.tasks.length > 1 ? formVerdicts(compared, context.data.tasks) : []),
        ...(sinking ? [sinking.verdict] : []),
        ...(noise ? [noise.verdict] : []),
      ],
    };
  },
});

interface MadeArm {
  readonly arm: LossArm;
  readonly summaries: readonly SceneSummary[];
}

function finished({ arm }: LossArm, context: Context, results: SceneResults): SceneSummary[] {
  const of = arm(context);
  return of ? summariesOf(results, context.config.seeds, of) : [];
}

/** As the comparisons take it: equation 10 is the one that the others are set against. */
const comparedArm = (
  { slug, title }: LossArm,
  summaries: readonly SceneSummary[],
  { data }: Context,
): ComparedArm => ({
  slug,
  title: slug === 'uncertainty' ? 'Equation 10' : title,
  tasks: data.tasks,
  runs: summaries,
});

/** The networks of one task each, which Table 1 trains: the baselines of Δm, where they are there. */
const singleArms = ({ config, data }: Context, results: SceneResults): ComparedArm[] =>
  data.tasks.map((task) => ({
    slug: `${task}-only`,
    title: task,
    tasks: [task],
    runs: summariesOf(results, config.seeds, singleArm(config, task)),
  }));

function tableOf(context: Context, arms: readonly MadeArm[]): Table {
  const { tasks } = context.data;
  return {
    title: 'Forms of the loss and other weightings',
    corner: 'Loss',
    columns: [
      ...tasks.map((task) => columnOf(primaryOfTask(task).metric)),
      ...tasks.map((task) => ({ name: task, group: 'Weight at the end', decimals: 3 })),
    ],
    rows: arms.map(({ arm, summaries }) => ({
      header: arm.title,
      ...(arm.first && { ruleAbove: true }),
      cells: [
        ...tasks.map((task): TableCell =>
          measuredCell(metricOf(summaries, primaryOfTask(task).metric)),
        ),
        ...tasks.map((task): TableCell =>
          measuredCell(summaries.flatMap((run) => lastWeight(run, task))),
        ),
      ],
    })),
    notes: [
      ...notesOf(context),
      'Weight at the end: the factor of the loss in the total, mean over the last logged interval.',
      'Without the approximation the logits are scaled and the softmax loss counts once: its weight is 1. softmax(1/L): temperature 1, not tuned; dynamic weight average: temperature 2.',
    ],
  };
}

const lastWeight = ({ series }: SceneSummary, task: string): number[] => {
  const last = series[`weight/${task}`]?.at(-1);
  return last ? [last[1]] : [];
};

function formVerdicts(arms: readonly ComparedArm[], tasks: readonly string[]): Verdict[] {
  const runsOf = (slug: string) => arms.find((arm) => arm.slug === slug)?.runs ?? [];
  const approximate = runsOf('uncertainty');
  return [
    judge(
      {
        claim: 'The approximation of the softmax likelihood improves results over the exact one',
        source: 'equation 10',
      },
      compare(approximate, runsOf('uncertainty-exact'), primaryQuantities(tasks)),
    ),
    staysUp(approximate),
  ];
}

/** A weight has gone to 0 when it ends below a tenth of what it was half way. About single runs. */
function staysUp(summaries: readonly RunSummary[]): Verdict {
  const claim = {
    claim: 'Under equation 10 no weight goes to 0',
    source: 'section 3',
  };
  if (summaries.length === 0) return notRun(claim);
  const kept = summaries.map(({ series, spec }) =>
    spec.tasks.map((task) => {
      const points = series[`weight/${task}`] ?? [];
      const half = points[points.length >> 1]?.[1];
      const last = points.at(-1)?.[1];
      return { task, last, share: (last ?? NaN) / (half ?? NaN) };
    }),
  );
  if (kept.some((run) => run.some(({ share }) => isNaN(share)))) {
    return { ...claim, judgement: 'not measurable', evidence: 'not every run logged its weights' };
  }
  const holds = kept.every((run) => run.every(({ share }) => share > 0.1));
  return {
    ...claim,
    judgement: holds ? 'reproduced' : 'not reproduced',
    evidence: `${kept[0]
      .map(
        ({ task }, i) =>
          `${task}: ${kept.map((run) => `${run[i].last?.toFixed(3)} at the end, ×${run[i].share.toFixed(2)} of half way`).join('; ')}`,
      )
      .join('; ')} (${kept.length} seed${kept.length === 1 ? '' : 's'})`,
  };
}
