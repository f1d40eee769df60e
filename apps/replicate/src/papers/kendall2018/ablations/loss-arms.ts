import type { SceneArm, SceneContext } from '../../../scenes/kind.ts';
import { armOf, learnedWeights } from '../../../scenes/spec.ts';
import { learnedArm, rowArm, rowNamed } from '../table1-arms.ts';

/** A way to weigh the tasks. */
export interface LossArm {
  readonly slug: string;
  readonly title: string;
  /** Starts a new block of the table. */
  readonly first?: boolean;
  /** Undefined where the data lacks what it needs. */
  readonly arm: (context: SceneContext) => SceneArm | undefined;
}

const named = (slug: string, title: string, first = false): LossArm => ({
  slug,
  title,
  first,
  arm: ({ config, data }) =>
    data.tasks.length > 1
      ? armOf(config, { tasks: data.tasks, balance: learnedWeights(slug) })
      : undefined,
});

const fromTable1 = (slug: string, title: string, first = false): LossArm => ({
  slug,
  title,
  first,
  arm: ({ config, data }) =>
    data.tasks.length > 1 ? rowArm(rowNamed(slug), config, data.tasks) : undefined,
});

/** The loss of Table 1, its variants, and methods that do without a noise. */
export const lossArms: readonly LossArm[] = [
  {
    slug: 'uncertainty',
    title: 'Equation 10: L/(2σ²) + log σ, softmax L/σ² + log σ',
    first: true,
    arm: ({ config, data }) => (data.tasks.length > 1 ? learnedArm(config, data.tasks) : undefined),
  },
  named('uncertainty-exact', 'Softmax likelihood without the approximation'),
  named('uncertainty-likelihood', 'Laplace for the L1 losses: L/b + log b'),
  named('uncertainty-plain', 'L/σ² + log σ² (authors’ toy)'),
  named('uncertainty-half-log', 'L/σ² + log σ'),
  named('uncertainty-halved', 'L/(2σ²) + log σ'),
  named('uncertainty-positive', 'L/(2c²) + log(1 + c²) (Liebel & Körner 2018)'),
  named('uncertainty-normalised', 'Equation 10 over the sum of its weights'),
  fromTable1('equal-weights', 'Equal weights', true),
  fromTable1('optimal-weights', 'Approximately optimal weights'),
  named('log-sum', 'Sum of log L', true),
  named('soft-optimal', 'softmax(1/L) (Kirchdorfer et al. 2024)'),
  named('dynamic-average', 'Dynamic weight average (Liu et al. 2019)'),
  named('random', 'Random weights (Lin et al. 2021)'),
];
