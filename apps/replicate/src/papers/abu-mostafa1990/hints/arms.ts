import { numbersArm, type NumbersArm } from '../../../numbers/arm.ts';
import type { NumbersMeasurement } from '../../../numbers/measurement.ts';
import { rms, rowsOf, seenBy } from '../../../numbers/studies/look.ts';
import { functionOf, functions, type FunctionNumber } from './functions.ts';
import type { HintName } from './known.ts';
import { heldOutError } from './virtual.ts';

/** Of which hints the error is measured, by function: what is true of it. */
const trueOf: Readonly<Record<FunctionNumber, readonly HintName[]>> = {
  0: ['odd', 'exchange', 'rising', 'range', 'interval'],
  1: ['convex'],
  2: [],
  3: ['mirror'],
  4: ['mirror'],
};

/** The error against the function without noise, and how far the network is from obeying what is known. */
export const hintErrors: NumbersMeasurement<Record<string, number>> = {
  ...{ name: 'hint-errors', version: 1, module: import.meta.url },
  async measure({ spec, network, columns }) {
    const { data } = spec.config;
    const of = functionOf(data);
    const trained = await network('last');
    const { arrays } = columns.test;
    const x = rowsOf(arrays['x'], of.inputs);
    const truth = of.at ? x.map(of.at) : Array.from(arrays['target/main']);
    const broken = trueOf[data['function'] as FunctionNumber].map(
      (name) => [name, heldOutError(name, of, trained)] as const,
    );
    return { error: rms(seenBy(trained, x).of('main'), truth), ...Object.fromEntries(broken) };
  },
};

/** What an arm of this experiment is. */
export interface HintArm {
  readonly of: FunctionNumber;
  readonly train: number;
  readonly hints?: readonly HintName[];
  /** α of every hint, in a fixed schedule. Default 1. */
  readonly weight?: number;
  /** An extra head that only a catalytic hint trains. */
  readonly part?: boolean;
}

/** A network that learns a function from a few examples and perhaps hints. */
export function hintArm(title: string, arm: HintArm): NumbersArm {
  const { of, train, hints = [], weight = 1, part = false } = arm;
  const slug = [`f${of}`, `n${train}`, ...hints, ...(weight === 1 ? [] : [`weight-${weight}`])];
  return numbersArm(
    { name: 'hints' },
    { slug: slug.join('-'), title },
    ['main', ...(part ? ['part'] : [])],
    {
      ...{ data: { function: of }, inputs: ['x'], hidden: [16], hints: [...hints] },
      ...{ train, val: 10, test: 1000, batchSize: Math.min(16, train) },
      ...{ steps: 800, evalEvery: 800, learningRate: functions[of].rate },
      ...{ schedule: 'poly', stopping: 'last' },
    },
    // Labels of the part are in the examples too; the extra head is to learn from virtual ones alone.
    { ...Object.fromEntries(hints.map((hint) => [hint, weight])), ...(part && { part: 0 }) },
  );
}

/** An arm under the adaptive schedule of maximum error, hard or soft. */
export function adaptive(title: string, arm: HintArm, softness: number): NumbersArm {
  const made = hintArm(title, arm);
  // A pair of errors d and d′ gives at most 2 d² + 2 d′²: a quarter of it is a bound of the mean square error.
  const pairs = (arm.hints ?? []).map((hint) => [`targets.${hint}`, 4] as const);
  const options = { softness, ...Object.fromEntries(pairs) };
  return {
    ...{ title, slug: `${made.slug}-maximum-error${softness > 0 ? '-soft' : ''}` },
    spec: { ...made.spec, balance: { name: 'maximum-error', options } },
  };
}
