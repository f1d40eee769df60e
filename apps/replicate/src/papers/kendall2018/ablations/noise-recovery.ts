import { lineChart, type Table, type TableCell } from '@scene-mtl/eval';
import { type Figure, measuredCell, metricOf, summariesOf, type Verdict } from '@scene-mtl/lab';
import type { SceneContext, SceneResults, SceneSummary } from '../../../scenes/kind.ts';
import {
  labelNoise,
  learnedNoise,
  LIMIT,
  MEAN_ABSOLUTE,
  noiseArm,
  type NoiseForm,
  noiseForms,
  type NoiseLine,
  noiseRuns,
  recovered,
} from './noise-arms.ts';
import { noiseVerdict } from './noise-verdict.ts';

/** Table, chart and verdict of σ learned on labels whose noise is known; undefined for other data. */
export function noiseRecovery(
  context: SceneContext,
  results: SceneResults,
):
  | { readonly table: Table; readonly figures: readonly Figure[]; readonly verdict: Verdict }
  | undefined {
  if (noiseRuns(context).length === 0) return undefined;
  const lines = noiseForms.flatMap((form) =>
    labelNoise.map((sigma): NoiseLine => {
      const of = noiseArm(context, form, sigma);
      return { form, sigma, summaries: of ? summariesOf(results, context.config.seeds, of) : [] };
    }),
  );
  return { table: tableOf(context, lines), figures: chartOf(lines), verdict: noiseVerdict(lines) };
}

/** The run of a form and seed without noise. */
const without = (lines: readonly NoiseLine[], form: NoiseForm, seed: number): number | undefined =>
  lines
    .find((line) => line.form === form && line.sigma === 0)
    ?.summaries.filter(({ spec }) => spec.seed === seed)
    .flatMap(learnedNoise)[0];

function tableOf(context: SceneContext, lines: readonly NoiseLine[]): Table {
  const { training, size, data, seeds } = context.config;
  const frames = data.source === 'generated' ? Math.min(data.train, LIMIT.train) : 0;
  return {
    title: 'Learned noise on disparity labels whose noise is known',
    corner: 'Form, σ of the labels (px)',
    columns: [
      { name: 'learned noise', decimals: 3 },
      { name: 'of the labels alone', decimals: 3 },
      { name: 'σ recovered', unit: 'px', decimals: 3 },
      { name: 'error against the truth', unit: 'px', decimals: 3 },
    ],
    rows: lines.map(({ form, sigma, summaries }) => ({
      header: `${form.title} (${form.quantity}), ${sigma}`,
      ...(sigma === 0 && { ruleAbove: true }),
      cells: [
        measuredCell(summaries.flatMap(learnedNoise)),
        (MEAN_ABSOLUTE * sigma).toFixed(3),
        recoveredCell(lines, form, sigma, summaries),
        measuredCell(metricOf(summaries, 'depth/meanError')),
      ],
    })),
    notes: [
      `Depth alone, ${frames} generated frames at ${size.height}×${size.width}, ${Math.min(training.steps, LIMIT.steps)} steps of ${training.batchSize} images, seeds ${seeds.join(', ')}. Gaussian noise on the training labels, never below 0, so that about half of it is lost where the disparity is 0 (sky); validated against the truth.`,
      'Equation 10 learns σ² and the Laplace form b; both rest at the L1 loss, to which Gaussian noise alone gives 0.798 σ. Recovered: √(x² − y²) / 0.798, where y is learned without noise.',
    ],
  };
}

function recoveredCell(
  lines: readonly NoiseLine[],
  form: NoiseForm,
  sigma: number,
  summaries: readonly SceneSummary[],
): TableCell {
  if (sigma === 0) return null;
  return measuredCell(
    summaries.flatMap((summary) => {
      const base = without(lines, form, summary.spec.seed);
      return base === undefined ? [] : learnedNoise(summary).map((x) => recovered(x, base));
    }),
  );
}

function chartOf(lines: readonly NoiseLine[]): Figure[] {
  const curves = noiseForms.flatMap((form) => {
    const points = lines
      .filter((line) => line.form === form)
      .flatMap(({ sigma, summaries }) => {
        const values = summaries.flatMap(learnedNoise);
        if (values.length === 0) return [];
        const y = values.reduce((a, b) => a + b, 0) / values.length;
        const band = { low: Math.min(...values), high: Math.max(...values) };
        return [{ x: sigma, y, ...(values.length > 1 && band) }];
      });
    return points.length > 1 ? [{ name: `${form.title}: ${form.quantity}`, points }] : [];
  });
  if (curves.length === 0) return [];
  const alone = labelNoise.map((sigma) => ({ x: sigma, y: MEAN_ABSOLUTE * sigma }));
  return [
    {
      name: 'ablations-noise',
      spec: lineChart({
        title: 'Learned noise over the noise of the labels',
        x: { label: 'σ of the labels (px)' },
        y: { label: 'learned noise (px)' },
        curves: [...curves, { name: 'the labels alone: 0.798 σ', points: alone }],
      }),
      caption: 'Noise that a depth network learns, over the Gaussian noise of its labels.',
      description: 'Learned noise over label noise from 0 to 1 px, one line per form of the loss',
    },
  ];
}
