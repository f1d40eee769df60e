import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { comparedRuns, differencesOf } from '../src/compare/arms.ts';
import { storedRuns, type StoredRun } from '../src/compare/stored-runs.ts';
import { differencesTable, meansTable } from '../src/compare/tables.ts';
import { configKeys } from '../src/config/keys.ts';
import { profiles } from '../src/config/profiles.ts';

const run = (name: string, seed: number, error: number, steps = 600): StoredRun => ({
  folder: `runs/${name}-seed-${seed}`,
  description: {
    config: { ...profiles.quick, training: { ...profiles.quick.training, steps }, seeds: [seed] },
    seed,
    tasks: ['depth'],
    balance: { name: 'equal', options: {} },
    select: null,
    data: { name: 'street', fields: ['depth'] },
  },
  metrics: { 'depth/meanError': error },
  log: [],
});

const short = [run('short', 1, 3), run('short', 2, 5)];
const long = [run('long', 1, 2, 900), run('long', 2, 3, 900), run('long', 3, 1, 900)];

describe('runs', () => {
  test('that differ by their seed alone are one row; what else differs is said', () => {
    const sets = comparedRuns([...short, ...long]);
    expect(sets.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['short', 2],
      ['long', 3],
    ]);
    expect(differencesOf(sets)).toEqual([
      { key: 'training.steps', values: ['600', '900'] },
      { key: 'seeds', values: ['1, 2', '1, 2, 3'] },
    ]);
    expect(() => comparedRuns([...short, short[0]])).toThrow(
      'the same settings and the same seed 1',
    );
  });

  test('have a mean and a deviation, and are paired by the seeds that both have', () => {
    const sets = comparedRuns([...short, ...long]);
    const { columns, rows } = meansTable(sets);
    expect(columns[0]).toMatchObject({ name: 'depth/meanError', better: 'lower' });
    // Mean 4, sd √2; mean 2, sd 1.
    expect(rows.map(({ header, cells }) => [header, cells[0]])).toEqual([
      ['short (2 seeds)', { value: 4, sd: expect.closeTo(Math.SQRT2, 12), n: 2 }],
      ['long (3 seeds)', { value: 2, sd: 1, n: 3 }],
    ]);
    // Seeds 1 and 2: 2 − 3 and 3 − 5, mean −1.5; 2 of 4 sign flips reach it.
    expect(differencesTable(sets)!.rows).toEqual([
      { header: 'long − short', cells: ['depth/meanError', '-1.500', '2', '0.50', '0.50'] },
    ]);
    expect(differencesTable(comparedRuns([short[0], long[0]]))).toBeUndefined();
  });

  test('that are not finished are told and left out; a folder without a finished one is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'replicate-compare-'));
    await mkdir(join(folder, 'begun'));
    await writeFile(join(folder, 'begun', 'run.json'), JSON.stringify(short[0].description));
    const told: string[] = [];
    await expect(storedRuns([folder], (one) => told.push(one))).rejects.toThrow(
      `${folder}: no finished run in this folder`,
    );
    expect(told).toEqual([join(folder, 'begun')]);
  });
});

test('every key of a profile is listed, with what it may be', () => {
  const keys = new Map(configKeys().map((one) => [one.key, one]));
  const leaves = (value: object, before = ''): string[] =>
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      typeof inner === 'object' &&
      inner !== null &&
      !Array.isArray(inner) &&
      Object.keys(inner).length > 0
        ? leaves(inner, `${before}${key}.`)
        : [before + key],
    );
  for (const profile of Object.values(profiles)) {
    expect(leaves(profile).filter((key) => !keys.has(key))).toEqual([]);
  }
  expect(keys.get('training.steps')).toMatchObject({ range: 'whole number 1 … 99999999' });
  expect(keys.get('training.optimiser')).toMatchObject({ range: 'sgd | adam', standard: '"sgd"' });
  expect(keys.get('training.zoom')!.meaning).toContain('scaled by 1');
});
