import { overSeeds } from '@scene-mtl/lab';
import type { SceneArm, SceneContext, SceneRun, SceneSummary } from '../../../scenes/kind.ts';
import { armOf, learnedWeights } from '../../../scenes/spec.ts';

/** σ of the Gaussian noise on disparity labels, px. */
export const labelNoise = [0, 0.25, 0.5, 1] as const;

/** What the noise is learned by: the quantity that is reported, and the form. */
export const noiseForms = [
  { weighting: 'uncertainty', title: 'Equation 10', quantity: 'σ²' },
  { weighting: 'uncertainty-likelihood', title: 'Laplace', quantity: 'b' },
] as const;

/** One of `noiseForms`. */
export type NoiseForm = (typeof noiseForms)[number];

/** Mean of |N(0, 1)|: an L1 loss is this much of σ where only the labels' noise is left. */
export const MEAN_ABSOLUTE = Math.sqrt(2 / Math.PI);

/** Enough to learn one number; the truth of the profile's own data is not needed for it. */
export const LIMIT = { train: 600, val: 100, steps: 600 };

/** Depth alone on labels with noise; undefined where the data cannot be generated so. */
export function noiseArm(
  { config, data }: SceneContext,
  form: NoiseForm,
  sigma: number,
): SceneArm | undefined {
  const { data: source, training } = config;
  if (source.source !== 'generated' || !data.tasks.includes('depth')) return undefined;
  return armOf(
    {
      ...config,
      data: {
        ...source,
        train: Math.min(source.train, LIMIT.train),
        val: Math.min(source.val, LIMIT.val),
        disparitySigma: sigma,
      },
      training: { ...training, steps: Math.min(training.steps, LIMIT.steps) },
    },
    { tasks: ['depth'], balance: learnedWeights(form.weighting) },
  );
}

/** The runs, one for each form, σ and seed. */
export const noiseRuns = (context: SceneContext): SceneRun[] =>
  noiseForms.flatMap((form) =>
    labelNoise.flatMap((sigma) => {
      const of = noiseArm(context, form, sigma);
      const label = `noise/${form.weighting}/sigma-${sigma}`;
      return of ? overSeeds(label, context.config.seeds, of) : [];
    }),
  );

/** The noise that a run ended with. */
export const learnedNoise = ({ series }: SceneSummary): number[] => {
  const last = series['sigma2/depth']?.at(-1);
  return last ? [last[1]] : [];
};

/**
 * The labels' σ as the learned noise tells it: noise and the network's own error add in quadrature,
 * and both count with the mean of |N(0, 1)|, so σ = √(x² − y²) / 0.798, y being what is learned without noise.
 */
export const recovered = (x: number, without: number): number =>
  Math.sqrt(Math.max(0, x * x - without * without)) / MEAN_ABSOLUTE;

/** The finished runs of a form and a σ. */
export interface NoiseLine {
  readonly form: NoiseForm;
  readonly sigma: number;
  readonly summaries: readonly SceneSummary[];
}
