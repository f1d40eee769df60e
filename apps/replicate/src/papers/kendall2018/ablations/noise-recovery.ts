import { lineChart, type Table, type TableCell } from '@scene-mtl/eval';
import type { Figure, ItemContext, Results, Verdict } from '../experiment/item.ts';
import { measuredCell, metricOf, recordsOf } from '../experiment/over-seeds.ts';
import type { RunRecord } from '../experiment/record.ts';
import {
  labelNoise,
  learnedNoise,
  LIMIT,
  MEAN_ABSOLUTE,
  noiseForms,
  noiseRuns,
  noiseTrial,
  recovered,
  type NoiseForm,
  type NoiseLine,
} from './noise-trials.ts';
import { noiseVerdict } from './noise-verdict.ts';

/** Table, chart and verdict of σ learned on labels whose noise is known; undefined for other data. */
export function noiseRecovery(
  context: ItemContext,
  results: Results,
):
  | { readonly table: Table; readonly figures: readonly Figure[]; readonly verdict: Verdict }
  | undefined {
  if (noiseRuns(context).length === 0) return undefined;
  const lines = noiseForms.flatMap((form) =>
    labelNoise.map((sigma): NoiseLine => {
      const of = noiseTrial(context, form, sigma);
      return { form, sigma, records: of ? recordsOf(results, context.config.seeds, of) : [] };
    }),
  );
  return { table: tableOf(context, lines), figures: chartOf(lines), verdict: noiseVerdict(lines) };
}

/** The run of a form and seed without noise. */
const without = (lines: readonly NoiseLine[], form: NoiseForm, seed: number): number | undefined =>
  lines
    .find((line) => line.form === form && line.sigma === 0)
    ?.records.filter(({ spec }) => spec.seed === seed)
    .flatMap(learnedNoise)[0];

function tableOf(context: ItemContext, lines: readonly NoiseLine[]): Table {
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
    rows: lines.map(({ form, sigma, records }) => ({
      header: `${form.title} (${form.quantity}), ${sigma}`,
      ...(sigma === 0 && { ruleAbove: true }),
      cells: [
        measuredCell(records.flatMap(learnedNoise)),
        (MEAN_ABSOLUTE * sigma).toFixed(3),
        recoveredCell(lines, form, sigma, records),
        measuredCell(metricOf(records, 'depth/meanError')),
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
  records: readonly RunRecord[],
): TableCell {
  if (sigma === 0) return null;
  return measuredCell(
    records.flatMap((record) => {
      const base = without(lines, form, record.spec.seed);
      return base === undefined ? [] : learnedNoise(record).map((x) => recovered(x, base));
    }),
  );
}

function chartOf(lines: readonly NoiseLine[]): Figure[] {
  const curves = noiseForms.flatMap((form) => {
    const points = lines
      .filter((line) => line.form === form)
      .flatMap(({ sigma, records }) => {
        const values = records.flatMap(learnedNoise);
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
