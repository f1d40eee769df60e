import type { Network } from '@scene-mtl/core';
import { stream, type Random } from '@scene-mtl/data';
import type { NumbersArm } from '../../../numbers/arm.ts';
import { mean, seenBy } from '../../../numbers/studies/look.ts';
import type { DoseCurve, Study } from '../../../numbers/studies/study.ts';
import { armOf, madeOf } from './mechanism.ts';

/** Examples that each network learns from. */
export const EXAMPLES = 200;

/** −1 or 1. */
export const sign = (random: Random): number => (random.integer(2) === 0 ? -1 : 1);

/** A sign as the product of two: one of them alone says nothing. */
export function coded(random: Random, value: number): number[] {
  const first = sign(random);
  return [first, first * value];
}

const CODES = ['A', 'B', 'C'] as const;
type Code = (typeof CODES)[number];

/**
 * Which of two codes the main task goes by, where all three tell different things.
 * @returns `basin` 100 for the first code, 0 for the other; `preference`, how much more of the first is in the output
 */
export function basin(
  network: Network,
  { of, against }: { readonly of: Code; readonly against: Code },
): Record<string, number> {
  const random = stream(0, 'why', 'representation', 'independent');
  const codes = Array.from({ length: 1000 }, () => CODES.map(() => sign(random)));
  const x = codes.map((code) => code.flatMap((value) => coded(random, value)));
  const said = seenBy(network, x).of('main');
  const [first, other] = [of, against].map((code) =>
    mean(said.map((value, i) => value * codes[i][CODES.indexOf(code)])),
  );
  return { basin: first > other ? 100 : 0, preference: first - other };
}

/** The networks of a dose: the main task alone, beside another, and beside that one shuffled. */
export interface CodesDose {
  /** How often A is wrong, %. */
  readonly x: number;
  readonly alone: NumbersArm;
  readonly multi: NumbersArm;
  readonly shuffled: NumbersArm;
}

/**
 * Networks of three hidden units, which have no room for two codes.
 * @param mechanism its place among the mechanisms of the program
 * @param right how often A is right, %
 * @param names of the arms' slugs; what the other task is; for whom A is right
 */
export function codesDose(
  mechanism: number,
  right: number,
  { slug, beside, forWhom = '' }: Record<'slug' | 'beside', string> & { readonly forWhom?: string },
): CodesDose {
  const arm = (name: string, title: string, others: readonly string[] = [], labels = {}) =>
    armOf(
      mechanism,
      { slug: `${slug}-${name}-${right}`, title: `${title}, A right in ${right} %${forWhom}` },
      {
        ...{ data: { right }, labels, hidden: [3], train: EXAMPLES },
        ...{ steps: 1000, batchSize: 32, learningRate: 0.02 },
      },
      others,
    );
  return {
    x: 100 - right,
    alone: arm('alone', 'main task alone'),
    multi: arm('multi', `with ${beside}`, ['other-1']),
    shuffled: arm('shuffled', 'with it shuffled', ['shuffled-1'], madeOf(1, 'shuffled')),
  };
}

/** A curve for each kind of network. */
export const codesCurves = (doses: readonly CodesDose[], beside: string): DoseCurve[] =>
  (
    [
      ['main task alone', 'alone'],
      [`with ${beside}`, 'multi'],
      ['with it shuffled', 'shuffled'],
    ] as const
  ).map(([name, of]) => ({ name, points: doses.map((dose) => ({ x: dose.x, arm: dose[of] })) }));

/** What {@link basin} gives, in words. */
export const codesQuantities = (of: Code, against: Code): Study['quantities'] => [
  {
    ...{ task: 'main', metric: 'main/basin', name: `networks that took ${of}`, unit: '%' },
    ...{ better: 'higher', digits: 0, primary: true },
  },
  {
    ...{
      task: 'main',
      metric: 'main/preference',
      name: `${of} less ${against} in the output`,
      unit: '',
    },
    ...{ better: 'higher', digits: 2, primary: false },
  },
];
