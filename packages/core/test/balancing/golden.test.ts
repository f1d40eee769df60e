import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { useCpu } from '../cpu.ts';
import { inDouble } from './double.ts';
import {
  balancerOf,
  byName,
  combined,
  directionOf,
  norm,
  weightsOf,
  type Rows,
} from './jacobians.ts';

beforeAll(useCpu);

/** Answers of other programs, see fixtures/README.md. */
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as unknown;

interface Case {
  readonly kind: string;
  readonly rows: Rows;
  readonly scales: readonly number[];
  readonly weights: Readonly<Record<string, readonly number[] | null>>;
  readonly directions: Readonly<Record<string, readonly number[] | null>>;
}

const { cases } = read('weights') as { cases: readonly Case[] };
const jacobian = ({ rows, scales }: Case): number[][] =>
  rows.map((row, i) => row.map((v) => (v / 16) * 10 ** scales[i]));

/** Kinds whose weights are not unique, though their direction is. */
const dependent = /zero|identical|opposite|rank/;

/** Name in the fixture → method and options. */
const methods: Readonly<Record<string, readonly [name: string, options: object]>> = {
  upgrad: ['UPGrad', {}],
  'dual-projection': ['DualProj', {}],
  mgda: ['MGDA', {}],
  bisector: ['EDM', {}],
  cagrad: ['CAGrad', { c: 0.4 }],
  nash: ['NashMTL', { maxNorm: 0 }],
  'fairgrad 2': ['FairGrad', { p: 2 }],
  'fairgrad 0.5': ['FairGrad', { p: 0.5 }],
  'aligned min': ['AlignedMTL', { scale: 'min' }],
  'aligned median': ['AlignedMTL', { scale: 'median' }],
  'aligned rmse': ['AlignedMTL', { scale: 'rmse' }],
  'imtl-g': ['IMTLG', {}],
  pcgrad: ['PCGrad', {}],
  krum: ['Krum', {}],
  'krum 1 2': ['Krum', { byzantine: 1, selected: 2 }],
  priority: ['PCD', {}],
  config: ['ConFIG', {}],
  'trimmed-mean': ['TrimmedMean', {}],
};

interface Error {
  readonly kind: string;
  readonly direction: number;
  readonly weights: number;
}

/**
 * Differences from the fixture's numbers in the length of a vector, over the longest of the terms
 * `wᵢ gᵢ`: that of the direction, and the largest of the terms.
 */
function errors(name: string, of: readonly Case[]): Error[] {
  return of.flatMap((each): Error[] => {
    const J = jacobian(each);
    const K = J.length;
    const balancer = balancerOf(...([methods[name][0], K, methods[name][1]] as const));
    const lengths = J.map(norm);
    const apart = (a: readonly number[], b: readonly number[]) => norm(a.map((v, i) => v - b[i]));
    const direction = each.directions[name];
    if (direction) {
      const size = Math.max(norm(direction), Math.min(...lengths), 1e-30);
      const error = apart(directionOf(balancer, J), direction) / size;
      return [{ kind: each.kind, direction: error, weights: 0 }];
    }
    const expected = each.weights[name];
    if (!expected) return [];
    // An answer of 0 is one to the precision of the other program.
    const least = Math.max(1e-8 * Math.max(...lengths), 1e-30);
    const size = Math.max(...expected.map((w, i) => Math.abs(w) * lengths[i]), least);
    const weights = weightsOf(balancer, J);
    const terms = weights.map((w, i) => (Math.abs(w - expected[i]) * lengths[i]) / size);
    return [
      {
        kind: each.kind,
        direction: apart(combined(J, weights), combined(J, expected)) / size,
        weights: dependent.test(each.kind) ? 0 : Math.max(...terms),
      },
    ];
  });
}

const names = Object.keys(methods);

test('the fixture has 213 Jacobians of 2 to 8 tasks, and answers for each method', () => {
  expect(cases.length).toBe(213);
  expect(new Set(cases.map(({ rows }) => rows.length)).size).toBe(7);
  for (const name of names) {
    const answers = cases.filter(({ weights, directions }) => weights[name] ?? directions[name]);
    expect([name, answers.length > 90]).toEqual([name, true]);
  }
});

test.each(names)('%s in 64 bits: weights and direction of the other program', (name) => {
  const off = inDouble(() => errors(name, cases)).filter(
    ({ direction, weights }) => !(direction < 1e-6 && weights < 1e-6),
  );
  expect(off).toEqual([]);
});

test.each(names)('%s in 32 bits', (name) => {
  // M is known to 6e-8 of itself, and the inverse of its condition number, up to 1e3 in these kinds, of
  // that is lost on the way; seen: 1e-4 for the weights of Aligned-MTL of agreeing gradients, 1e-6 else.
  const kinds = ['random', 'conflicting', 'agreeing', 'small', 'large', 'zero'];
  const some = cases.filter(({ kind }, i) => kinds.includes(kind) && i % 4 === 0);
  const off = errors(name, some).filter(
    ({ direction, weights }) => !(direction < 1e-4 && weights < 2e-4),
  );
  expect(off).toEqual([]);
});

interface Sequence {
  readonly rows: readonly Rows[];
  readonly losses: readonly (readonly number[])[];
  readonly directions: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly preferences: readonly number[];
  readonly preferred: Readonly<Record<string, readonly number[]>>;
}

const { sequences } = read('sequences') as { sequences: readonly Sequence[] };
const over16 = (rows: Rows) => rows.map((row) => row.map((v) => v / 16));

describe('three batches after one another', () => {
  const kept: Readonly<Record<string, readonly [name: string, options: object]>> = {
    gradvac: ['GradVac', {}],
    excess: ['ExcessMTL', {}],
    priority: ['PCD', {}],
    'cr-mogm': ['CRMOGM', { method: 'upgrad' }],
    'dual-balancing': ['DB_MTL', {}],
    moco: ['MoCo', {}],
    'mgda l2': ['MGDA', { normalisation: 'l2' }],
    'mgda loss': ['MGDA', { normalisation: 'loss' }],
    'mgda loss+': ['MGDA', { normalisation: 'loss+' }],
  };

  test.each(Object.entries(kept))('%s in 64 bits', (key, [name, options]) => {
    inDouble(() => {
      for (const { rows, losses, directions } of sequences) {
        const balancer = balancerOf(name, rows[0].length, options);
        for (const [batch, expected] of directions[key].entries()) {
          const given = directionOf(balancer, over16(rows[batch]), batch, losses[batch]);
          // GradVac: TorchJD adds 1e-8 to its denominators at other places.
          expect(given).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 });
        }
      }
    });
  });
});

test.each(['upgrad', 'dual-projection', 'aligned', 'config'])('%s with preferences', (name) => {
  inDouble(() => {
    for (const { rows, preferences, preferred } of sequences) {
      const preference = byName(preferences.map((v) => v / 8));
      const balancer = balancerOf(name, preferences.length, { preference });
      const given = directionOf(balancer, over16(rows[0]));
      expect(given).toBeAllClose(preferred[name], { rtol: 1e-6, atol: 1e-6 });
    }
  });
});
