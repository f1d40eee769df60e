import { lineChart, type Table, type TableCell } from '@scene-mtl/eval';
import { measuredCell, type Figure } from '@scene-mtl/lab';
import type { SceneContext } from '../../../scenes/kind.ts';
import { notesOf } from '../../../scenes/notes.ts';
import { TOLERANCE, type Convergence } from './convergence.ts';
import { figure6, figure6Iterations, figure6Source } from './published.ts';
import { foundIn, stepsText, type Setting } from './verdicts.ts';

/** Iterations until the starts have met, per form, rate and task. */
export function figure6Table(
  context: SceneContext<{ readonly starts: readonly number[] }>,
  end: number,
  settings: readonly Setting[],
): Table {
  const { tasks } = context.data;
  const middle = Math.min(figure6Iterations, end);
  const plot = tasks.flatMap((task): TableCell[] => {
    const reading = figure6.find((candidate) => candidate.task === task);
    const shown = (value: number | undefined) =>
      value === undefined ? null : `≈ ${String(value).replace('-', '−')}`;
    return [`${figure6Iterations}`, null, null, shown(reading?.at100), shown(reading?.at250), null];
  });
  return {
    title: 'Figure 6: iterations until every start has the same s',
    corner: 'Form, learning rate',
    columns: tasks.flatMap((task) => [
      { name: 'all starts together', group: task },
      { name: 'the optimiser alone', group: task },
      { name: `spread at ${middle}`, group: task },
      { name: `s at ${middle}`, group: task },
      { name: 's at the end', group: task },
      { name: 'stationary s', group: task },
    ]),
    rows: [
      { header: 'The paper: text and plot', cells: plot, reference: true },
      ...settings.map((setting, i) => ({
        header: `${setting.form.title}; ${setting.rate}`,
        ...((i === 0 || setting.form !== settings[i - 1].form) && { ruleAbove: true }),
        cells: setting.tasks.flatMap(({ courses }): TableCell[] => {
          const all = foundIn(courses);
          if (all.length === 0) return [null, null, null, null, null, null];
          const each = (of: (found: Convergence) => number | undefined): TableCell =>
            measuredCell(all.flatMap((found) => of(found) ?? []));
          return [
            stepsText(
              all.map(({ settled }) => settled),
              end,
            ),
            stepsText(
              courses.flatMap(({ found, predicted }) => (found ? [predicted] : [])),
              end,
            ),
            each((found) => found.at(middle)?.spread),
            each((found) => found.at(middle)?.common),
            each((found) => found.at(found.steps)?.common),
            each((found) => found.stationary),
          ];
        }),
      })),
    ],
    notes: [
      ...notesOf({
        ...context,
        config: {
          ...context.config,
          training: { ...context.config.training, steps: end },
        },
      }).slice(0, 1),
      `First row: ${figure6Source}; full resolution, so other units; its end is iteration 250.`,
      `Starts: ${context.options.starts.join(', ')}; the same initial network and batches for each. “All starts together”: the iteration from which on each stays within ${TOLERANCE} of their median, of every seed. “s at”: that median. “Stationary s”: for the mean loss of the last tenth of the iterations. “The optimiser alone”: from the highest start to within ${TOLERANCE} of the stationary s under that loss, held constant.`,
      'Nesterov momentum, no warm-up, no decay, no clipping.',
    ],
  };
}

/** s over the iterations, a line per start, of the first seed. */
export function figure6Charts({ form, rate, tasks }: Setting): Figure[] {
  return tasks.flatMap(({ task, courses }) => {
    const shown = courses.find((course) => course.found);
    if (!shown?.found) return [];
    const { seed, found } = shown;
    const title = `${task}: ${form.weighting}, learning rate ${rate}`;
    return [
      {
        name: `figure6-${task}-${form.weighting}-${String(rate).replace('.', '-')}`,
        spec: lineChart({
          title,
          x: { label: 'iteration' },
          y: { label: 's = log σ²' },
          curves: found.paths.map((path, i) => ({
            name: `start ${found.starts[i]}`,
            points: path.map(([x, y]) => ({ x, y })),
          })),
        }),
        caption: `s of ${task} from ${found.starts.length} starts: ${form.title}, learning rate ${rate}, seed ${seed}.`,
        description: `s over ${found.steps} iterations, one line per start from ${Math.min(...found.starts)} to ${Math.max(...found.starts)}; ${found.settled === undefined ? 'they do not all meet' : `all within ${TOLERANCE} of their median from ${found.settled} on`}`,
      },
    ];
  });
}
