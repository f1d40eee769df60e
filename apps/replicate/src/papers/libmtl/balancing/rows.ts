import { balancerNamed, balancers } from '@scene-mtl/core';
import type { SceneArm, SceneContext } from '../../../scenes/kind.ts';
import { armOf, fixedWeights } from '../../../scenes/spec.ts';

/** Flags of `libmtl balancing`. */
export interface BalancingOptions {
  /** Canonical names. */
  readonly methods: readonly string[];
}

export type BalancingContext = SceneContext<BalancingOptions>;

/** A row of the table. */
export interface Row {
  readonly slug: string;
  readonly title: string;
  readonly arm: SceneArm;
}

/** Names of the methods that need no options of their own; fixed weights are rows by themselves. */
export const methodNames = balancers.map(({ name }) => name).filter((name) => name !== 'fixed');

/** By how much the learning rate of equal weights is multiplied, as a control: methods differ in the size of their steps. */
export const RATE_FACTORS: readonly number[] = [3, 9, 27];

const factorSlug = (factor: number): string => `equal-rate-${factor}`;

/** Whether a row is equal weights, at whatever rate. */
export const isEqual = ({ slug }: Pick<Row, 'slug'>): boolean =>
  slug === 'equal' || RATE_FACTORS.some((factor) => slug === factorSlug(factor));

/** The networks of one task each, then every method on all tasks, then what was tuned by hand or in its rate. */
export function rowsOf({ config, data, options }: BalancingContext): Row[] {
  const { tasks } = data;
  const single = tasks.map((task): Row => {
    const arm = armOf(config, { tasks: [task], balance: fixedWeights([task], { [task]: 1 }) });
    return { slug: `${task}-only`, title: `${task} alone`, arm };
  });
  if (tasks.length < 2) return single;
  const methods = options.methods.map((name): Row => {
    const [alias] = balancerNamed(name).alias;
    const title = alias === undefined ? name : `${name} (${alias})`;
    return { slug: name, title, arm: armOf(config, { tasks, balance: { name, options: {} } }) };
  });
  const { training } = config;
  const faster = RATE_FACTORS.map((factor): Row => {
    const rate = { ...training, learningRate: factor * training.learningRate };
    const balance = { name: 'equal', options: {} };
    return {
      slug: factorSlug(factor),
      title: `equal (EW), rate × ${factor}`,
      arm: armOf({ ...config, training: rate }, { tasks, balance }),
    };
  });
  const { optimalWeights } = config;
  const tuned: Row[] = optimalWeights
    ? [
        {
          slug: 'tuned',
          title: 'fixed, tuned by hand',
          arm: armOf(config, { tasks, balance: fixedWeights(tasks, optimalWeights) }),
        },
      ]
    : [];
  const controls = options.methods.includes('equal') ? faster : [];
  return [...single, ...methods, ...controls, ...tuned];
}
