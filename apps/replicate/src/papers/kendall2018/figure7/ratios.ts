import type { Table, TableCell, TableRow } from '@scene-mtl/eval';
import { measuredCell } from '@scene-mtl/lab';
import { kitNamed } from '@scene-mtl/vision-heads';
import type { SceneSummary } from '../../../scenes/kind.ts';
import { EARLY, figure7Source, FULL_WIDTH, publishedNoise } from './published.ts';

/** σ² of some tasks. */
export type Noise = Readonly<Record<string, number>>;

/** The iteration at which σ² is first compared: the paper's 500, or a sixth of a shorter run. */
export const earlyStep = (steps: number): number => Math.min(EARLY, Math.round(steps / 6));

/** σ² of a run at a step, or at its end; undefined where a task has not logged it. */
export function noiseOf(
  { series }: SceneSummary,
  tasks: readonly string[],
  step = Infinity,
): Noise | undefined {
  const found = tasks.map((task) => {
    const points = series[`sigma2/${task}`] ?? [];
    return (points.find(([at]) => at >= step) ?? points.at(-1))?.[1];
  });
  if (found.length === 0 || found.includes(undefined)) return undefined;
  return Object.fromEntries(tasks.map((task, i) => [task, found[i] as number]));
}

/** Ratios to the last task: of 1/σ², or of equation 10's weights, ½/σ² and 1/σ² for softmax. */
export function ratios(
  noise: Noise,
  tasks: readonly string[],
  of: 'precision' | 'weight',
): number[] {
  const values = tasks.map((task) => {
    const precision = 1 / (noise[task] ?? NaN);
    return of === 'weight' && kitNamed(task).likelihood !== 'softmax' ? precision / 2 : precision;
  });
  return values.map((value) => value / values[values.length - 1]);
}

/** `43.3 : 0.159 : 1`; three digits each. */
export const ratioText = (values: readonly number[]): string =>
  values.map((value) => String(Number(value.toPrecision(3)))).join(' : ');

/** Geometric mean of the noise over runs: a mean of ratios would depend on which way they are taken. */
export const meanNoise = (runs: readonly Noise[], tasks: readonly string[]): Noise =>
  Object.fromEntries(
    tasks.map((task) => {
      const logs = runs.map((noise) => Math.log(noise[task] ?? NaN));
      return [task, Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length)];
    }),
  );

/** px at another width: regression losses, and with them σ², grow with the image; cross-entropy not. */
export const atWidth = (noise: Noise, factor: number): Noise =>
  Object.fromEntries(
    Object.entries(noise).map(([task, value]) => [
      task,
      kitNamed(task).likelihood === 'softmax' ? value : value * factor,
    ]),
  );

/** σ² and the ratios of the tasks' weights, the paper's beside these runs'. */
export function ratioTable(
  summaries: readonly SceneSummary[],
  tasks: readonly string[],
  width: number,
  notes: readonly string[],
): Table {
  const steps = summaries[0]?.spec.config.training.steps ?? 0;
  const early = earlyStep(steps);
  const at = (step?: number) => summaries.flatMap((r) => [noiseOf(r, tasks, step) ?? []].flat());
  const ours = (header: string, runs: readonly Noise[], ruleAbove = false): TableRow => ({
    header,
    ...(ruleAbove && { ruleAbove }),
    cells: [
      ...tasks.map((task) => measuredCell(runs.flatMap((noise) => noise[task] ?? []))),
      ...ratioCells(runs.length > 0 ? meanNoise(runs, tasks) : undefined, tasks),
      null,
    ],
  });
  const factor = FULL_WIDTH / width;
  return {
    title: `Ratio of the weights, ${tasks.join(' : ')}`,
    corner: '',
    columns: [
      ...tasks.map((task) => ({ name: task, group: 'σ²', decimals: 3 })),
      { name: '1/σ²', group: 'Ratio' },
      { name: 'weight in the total', group: 'Ratio' },
      { name: 'printed', group: 'Ratio' },
    ],
    rows: [
      ...publishedNoise.map(({ title, sigma2, printed }) => ({
        header: title,
        reference: true,
        cells: [
          ...tasks.map((task) => String(sigma2[task])),
          ...ratioCells(sigma2, tasks),
          tasks.length === 3 ? printed : null,
        ],
      })),
      ours(`Here, iteration ${steps > 0 ? early : EARLY}`, at(early), true),
      ours('Here, end', at()),
      ours(
        `Here, end, with losses in px of images ${FULL_WIDTH} wide`,
        at().map((noise) => atWidth(noise, factor)),
      ),
    ],
    notes: [
      ...notes,
      `Paper: ${figure7Source}.`,
      'The paper’s ratio is that of 1/σ². In equation 10 a regression has 1/(2σ²) and the softmax 1/σ²; in equilibrium both weights are 1/(2L), so the ratio of weights is that of the inverse losses and depends on their units: px of this size for instance and depth, nats for semantic.',
      'In the order printed the paper’s σ² do not give the ratio printed beside them; with instance and depth exchanged they do. Ratios here: from the geometric mean of σ² over seeds.',
    ],
  };
}

const ratioCells = (noise: Noise | undefined, tasks: readonly string[]): TableCell[] =>
  (['precision', 'weight'] as const).map((of) =>
    noise && tasks.length > 1 ? ratioText(ratios(noise, tasks, of)) : null,
  );
