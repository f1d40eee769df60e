import { kitNamed } from '@scene-mtl/vision-heads';
import type { Series } from '@scene-mtl/lab';
import type { SceneSummary } from '../../scenes/kind.ts';

/**
 * A form `a e^{−s/q} L + r s` of a task's term under a learned s = log σ². Its stationary noise is
 * `e^{s/q} = (a / (q r)) L`; it reports `e^{s/q}` as its noise.
 */
export interface Term {
  readonly attenuation: number;
  readonly regulariser: number;
  /** 1: the noise is σ²; 2: it is b = σ. */
  readonly root: 1 | 2;
}

/** A loss form by the name of its weighting. */
export interface LossForm {
  readonly weighting: string;
  readonly title: string;
  readonly term: (task: string) => Term;
}

const term = (attenuation: number, regulariser: number, root: 1 | 2 = 1): Term => ({
  attenuation,
  regulariser,
  root,
});

/** The forms of `@scene-mtl/core` whose terms are of this kind; both regressions are L1. */
export const lossForms: readonly LossForm[] = [
  {
    weighting: 'uncertainty',
    title: 'Equation 10: L/(2σ²) + log σ, softmax L/σ² + log σ',
    term: (task) => (kitNamed(task).likelihood === 'softmax' ? term(1, 0.5) : term(0.5, 0.5)),
  },
  {
    weighting: 'uncertainty-plain',
    title: 'Authors’ toy: L/σ² + log σ²',
    term: () => term(1, 1),
  },
  {
    weighting: 'uncertainty-likelihood',
    title: 'Laplace: L/b + log b, softmax as equation 10',
    term: (task) => (kitNamed(task).likelihood === 'softmax' ? term(1, 0.5) : term(1, 0.5, 2)),
  },
];

/** The form of a weighting. @throws for a weighting that is not one of `lossForms` */
export function formOf(weighting: string): LossForm {
  const form = lossForms.find((candidate) => candidate.weighting === weighting);
  if (form) return form;
  const known = lossForms.map((candidate) => candidate.weighting).join(', ');
  throw new Error(`loss form ${weighting}: expected one of ${known}`);
}

/** Stationary noise over loss: 1 for ½e⁻ˢL + ½s, 2 for e⁻ˢL + ½s, 1 for L/b + log b. */
export const stationaryRatio = ({ attenuation, regulariser, root }: Term): number =>
  attenuation / (root * regulariser);

/** s at the stationary point for a constant loss: `q log(ratio · L)`. */
export const stationaryS = (of: Term, loss: number): number =>
  of.root * Math.log(stationaryRatio(of) * loss);

/** s over training, from the reported noise. */
export const sSeries = ({ series }: SceneSummary, task: string, { root }: Term): Series =>
  (series[`sigma2/${task}`] ?? []).map(([step, noise]) => [step, root * Math.log(noise)] as const);
