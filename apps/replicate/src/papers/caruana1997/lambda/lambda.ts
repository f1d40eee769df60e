import { lineChart, type Table } from '@scene-mtl/eval';
import {
  compare,
  judge,
  measuredCell,
  metricOf,
  notRun,
  overSeeds,
  type Experiment,
  type Verdict,
} from '@scene-mtl/lab';
import { ran } from '../../../numbers/arm.ts';
import { changeOf, changeText, rmsOf } from '../../../numbers/changes.ts';
import type { Numbers } from '../../../numbers/kind.ts';
import { trialFlags, type Trials } from '../../../numbers/trials.ts';
import roads, { roadArm, TASKS } from '../road.ts';

/** λ, the weight of every extra task as a share of steering's; 0 is steering alone in the network of all tasks. */
const LAMBDAS = [0, 0.03, 0.1, 0.3, 1, 3, 10];
const extra = TASKS.slice(1);
const steering = rmsOf('steering');
const source = 'Caruana 1997, figure 7';

const armsOf = (options: Trials) =>
  LAMBDAS.map((lambda) => {
    // Above 1 steering weighs less in place of the others more: larger sums diverge with this rate.
    const largest = Math.max(1, lambda);
    const weights = {
      steering: 1 / largest,
      ...Object.fromEntries(extra.map((task) => [task, lambda / largest])),
    };
    return roadArm(
      options,
      { slug: `lambda-${lambda}`, title: `λ = ${lambda}` },
      TASKS,
      {},
      weights,
    );
  });

/** What is gained over the weight of the extra tasks. */
export const lambda: Experiment<Trials, Numbers> = {
  name: 'lambda',
  command: 'caruana1997 lambda',
  title: '1-D ALVINN: how much the extra tasks should weigh',
  program: roads,
  ...trialFlags(10),
  *stages({ options }) {
    yield armsOf(options).flatMap(({ slug, spec }) => overSeeds(slug, options.seeds, spec));
  },
  show({ options }, results) {
    const made = armsOf(options).map((arm) => ran(arm, results, options.seeds));
    const [alone, ...weighed] = made;
    const errors = made.map(({ runs }) => metricOf(runs, steering.metric));
    const lead =
      'Loss of steering + λ · the sum of the losses of eight extra tasks, above λ = 1 divided by λ; 16 hidden units, each run stopped at the best evaluation of steering.';
    const table: Table = {
      title: 'Error of steering over the weight of the extra tasks',
      corner: 'Weight',
      columns: [
        { name: 'RMSE of steering', better: 'lower', decimals: 4 },
        { name: 'against λ = 0, %', kind: 'text' },
      ],
      rows: made.map(({ title, runs }, k) => ({
        header: title,
        cells: [
          measuredCell(errors[k]),
          k === 0 ? null : changeText(changeOf(runs, alone.runs, steering)),
        ],
      })),
      notes: [lead],
    };
    const changes = weighed.map(({ runs }) => changeOf(runs, alone.runs, steering));
    const points = changes.flatMap((change, k) =>
      change ? [{ x: LAMBDAS[k + 1], y: change.mean, low: change.low, high: change.high }] : [],
    );
    const nothing = points.map(({ x }) => ({ x, y: 0 }));
    return {
      lead,
      grids: [],
      tables: [{ name: 'lambda', table }],
      verdicts: verdictsOf(made, errors),
      figures:
        points.length < 2
          ? []
          : [
              {
                name: 'lambda',
                spec: lineChart({
                  title: 'What the extra tasks change, over their weight',
                  x: { label: 'λ, weight of each extra task', log: true },
                  y: { label: 'change of the RMSE of steering (%)' },
                  curves: [
                    { name: 'against λ = 0, 95 % interval', points },
                    { name: 'no change', points: nothing },
                  ],
                }),
                caption:
                  'Change of the error of steering from λ = 0, over the weight of the extra tasks; below 0 they help.',
                description: 'Change of the error of steering over the weight of the extra tasks',
              },
            ],
    };
  },
};

function verdictsOf(
  made: readonly ReturnType<typeof ran>[],
  errors: readonly (readonly number[])[],
): Verdict[] {
  const one = LAMBDAS.indexOf(1);
  const claim = { claim: 'Extra tasks that weigh as much as the main one help it', source };
  const least = { claim: 'The error is least with a weight near 1 (0.3 to 3)', source };
  const helps = judge(claim, compare(made[one].runs, made[0].runs, [steering]));
  if (errors.some((of) => of.length === 0)) return [helps, notRun(least)];
  const means = errors.map((of) => of.reduce((a, b) => a + b, 0) / of.length);
  const best = means.indexOf(Math.min(...means));
  const near = Math.abs(Math.log10(LAMBDAS[best])) < 0.6;
  const edge = near ? made[0] : made[one];
  return [
    helps,
    {
      ...judge(least, compare(made[near ? best : one].runs, edge.runs, [steering])),
      ...(!near && { judgement: 'not reproduced' }),
      evidence: `least at λ = ${LAMBDAS[best]}: ${means.map((mean, k) => `${LAMBDAS[k]}: ${mean.toFixed(4)}`).join(', ')}`,
    },
  ];
}
