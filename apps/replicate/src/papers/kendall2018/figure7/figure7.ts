import { bandOverSeeds, lineChart, type Table } from '@scene-mtl/eval';
import { type Figure, measuredCell, overSeeds, summariesOf } from '@scene-mtl/lab';
import type { SceneContext, SceneExperiment, SceneSummary } from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { ofUsualTasks } from '../../../scenes/own-tasks.ts';
import { formOf, stationaryRatio } from '../log-variance-forms.ts';
import { learnedArm } from '../table1-arms.ts';
import { agreement, tracked } from './equilibrium.ts';
import { ratioTable } from './ratios.ts';
import { figure7Verdicts } from './verdicts.ts';

/** Figure 7: σ², losses and weights of the run that learns all tasks, the same as in Table 1. */
export const figure7: SceneExperiment<Record<never, never>> = ofUsualTasks({
  name: 'figure7',
  title: 'Figure 7: learned noise, losses and weights over training',
  options: () => ({}),
  stages: ({ config, data: { tasks } }) => [
    tasks.length === 0
      ? []
      : overSeeds(`uncertainty-${tasks.join('-')}`, config.seeds, learnedArm(config, tasks)),
  ],
  show(context, results) {
    const { config, data } = context;
    const { tasks } = data;
    const summaries = summariesOf(results, config.seeds, learnedArm(config, tasks));
    const ratioNotes = notesOf(context).slice(0, 1);
    return {
      lead: `Kendall, Gal & Cipolla 2018, figure 7 and appendix B, on ${data.name}.`,
      tables: [
        { name: 'figure7-equilibrium', table: equilibriumTable(context, summaries) },
        {
          name: 'figure7-ratio',
          table: ratioTable(summaries, tasks, config.size.width, ratioNotes),
        },
      ],
      figures: chartsOf(summaries, tasks),
      grids: [],
      verdicts: figure7Verdicts(summaries, tasks, data.name),
    };
  },
});

function equilibriumTable(context: SceneContext, summaries: readonly SceneSummary[]): Table {
  const { tasks } = context.data;
  const form = formOf('uncertainty');
  return {
    title: 'σ² beside the loss that it follows',
    corner: 'Task',
    columns: [
      { name: 'σ²/L when stationary', decimals: 0 },
      { name: 'σ² at the end', decimals: 3 },
      { name: 'L at the end', decimals: 3 },
      { name: 'σ²/L at the end' },
      { name: 'σ²/L with the lag of s' },
      { name: 'deviation', unit: '%', decimals: 1 },
      { name: 'correlation' },
    ],
    rows: tasks.map((task) => {
      const k = stationaryRatio(form.term(task));
      const all = summaries.flatMap((summary) => agreement(tracked(summary, task)) ?? []);
      return {
        header: task,
        cells: [
          { value: k },
          measuredCell(all.map(({ sigma2 }) => sigma2)),
          measuredCell(all.map(({ loss }) => loss)),
          measuredCell(all.map(({ sigma2, loss }) => sigma2 / loss)),
          measuredCell(all.map(({ ratio }) => k * ratio)),
          measuredCell(all.map(({ deviation }) => 100 * Math.expm1(deviation))),
          measuredCell(all.map(({ correlation }) => correlation)),
        ],
      };
    }),
    notes: [
      ...notesOf(context).slice(0, 1),
      'Equation 10: L/(2σ²) + log σ is stationary at σ² = L, softmax L/σ² + log σ at σ² = 2L. L at the end: mean over the last tenth of the logged training losses.',
      'With the lag: L as a running mean with the time constant 2 (1 − momentum) / (learning rate) steps, over the clipping factor; medians over the second half of training. Deviation: median of |log(σ²/stationary σ²)|. Correlation: of log σ² and the log of that mean.',
    ],
  };
}

/** A quantity of every task over the steps, seeds as a band. */
function chartsOf(summaries: readonly SceneSummary[], tasks: readonly string[]): Figure[] {
  const logged = (prefix: string) => (summary: SceneSummary, task: string) =>
    (summary.series[`${prefix}/${task}`] ?? []).map(([x, y]) => ({ x, y }));
  const charts = [
    { name: 'sigma2', title: 'Learned σ²', label: 'σ²', points: logged('sigma2') },
    { name: 'loss', title: 'Training losses', label: 'loss', points: logged('loss') },
    { name: 'weight', title: 'Weights of the losses', label: 'weight', points: logged('weight') },
    {
      name: 'tracking',
      title: 'σ² over its stationary value',
      label: 'σ² over its stationary value',
      note: ' At 1 it is where the loss would hold it: L, softmax 2L, with the lag of s.',
      points: (summary: SceneSummary, task: string) =>
        tracked(summary, task).map(({ step, ratio }) => ({ x: step, y: ratio })),
    },
  ];
  return charts.flatMap(({ name, title, label, points, note = '' }) => {
    const curves = tasks.flatMap((task) => {
      const seeds = summaries.map((r) => points(r, task)).filter(({ length }) => length > 0);
      return seeds.length > 0 ? [bandOverSeeds(task, seeds)] : [];
    });
    if (curves.length === 0) return [];
    const band = summaries.length > 1 ? ', band over seeds' : '';
    return [
      {
        name: `figure7-${name}`,
        spec: lineChart({ title, x: { label: 'step' }, y: { label, log: true }, curves }),
        caption: `${title} over training steps, logarithmic, one line per task${band}.${note}`,
        description: `${title} over training steps on a logarithmic scale, one line per task`,
      },
    ];
  });
}
