import { equivariance, evenness, oddness } from './equivariance.ts';
import { examples } from './examples.ts';
import type { Hint } from './hint.ts';
import { approximation, range } from './interval.ts';
import { convexity, monotonicity } from './order.ts';

/** What a kind of hint says of itself. */
export interface HintKind {
  /** What is known of f. */
  readonly known: string;
  /** What a virtual example is. */
  readonly virtual: string;
  /** e in the symbols of the code. */
  readonly formula: string;
  /** Makes a hint of what it has to know. */
  readonly make: (options: never) => Hint;
}

const kinds = {
  examples: {
    ...{ known: 'f(x) = value; of an extra head: catalytic', virtual: '(x, value)' },
    ...{ formula: '(h(x) − value)²', make: examples },
  },
  equivariance: {
    ...{ known: 'f(T x) = S f(x); S = 1: an invariance', virtual: '(x, T x)' },
    ...{ formula: '(h(T x) − S h(x))²', make: equivariance },
  },
  oddness: {
    ...{ known: 'f(−x) = −f(x)', virtual: '(x, −x)' },
    ...{ formula: '(h(−x) + h(x))²', make: oddness },
  },
  evenness: {
    ...{ known: 'f(−x) = f(x)', virtual: '(x, −x)' },
    ...{ formula: '(h(−x) − h(x))²', make: evenness },
  },
  monotonicity: {
    ...{ known: 'x ≤ x′ ⇒ f(x) ≤ f(x′)', virtual: '(x, x′), x ≤ x′' },
    ...{ formula: '(h(x) − h(x′))²₊', make: monotonicity },
  },
  convexity: {
    ...{ known: 'f(m) ≤ η f(x) + (1 − η) f(x′), m = η x + (1 − η) x′', virtual: '(x, x′, η)' },
    ...{ formula: '(h(m) − η h(x) − (1 − η) h(x′))²₊', make: convexity },
  },
  range: {
    ...{ known: 'low ≤ f(x) ≤ high', virtual: 'x' },
    ...{ formula: '(low − h(x))²₊ + (h(x) − high)²₊', make: range },
  },
  approximation: {
    ...{ known: 'low(x) ≤ f(x) ≤ high(x)', virtual: '(x, low, high)' },
    ...{ formula: '(low − h(x))²₊ + (h(x) − high)²₊', make: approximation },
  },
} as const satisfies Readonly<Record<string, HintKind>>;

/** Every kind of hint by its name. A new one is a function and an entry here; the property suite runs over them. */
export const hintKinds: Readonly<Record<keyof typeof kinds, HintKind>> = kinds;
