import { expect, test } from '@jest/globals';
import type { Table, TableCell } from '@scene-mtl/eval';
import { experimentResults, overSeeds, type Experiment, type Results } from '@scene-mtl/lab';
import { lineArm, lines, type Lines, type LineSpec } from './line-program.ts';

const table = (title: string, rows: readonly (readonly [string, TableCell])[]): Table => ({
  title,
  corner: 'row',
  columns: [{ name: 'x' }],
  rows: rows.map(([header, cell]) => ({ header, cells: [cell] })),
  notes: ['A note.'],
});

const notRun = { value: null };

/** An experiment of one run that shows these tables. */
const showing = (...tables: readonly Table[]): Experiment<object, Lines> => ({
  name: 'shown',
  title: 'Shown',
  program: lines,
  options: () => ({}),
  *stages() {
    yield overSeeds('one', [1], lineArm(1));
  },
  show: () => ({
    lead: 'What happened.',
    tables: tables.map((of, i) => ({ name: `t${i}`, table: of })),
    figures: [],
    grids: [],
    verdicts: [],
  }),
});

const results: Results<LineSpec> = {
  summary: (spec) => ({ spec, result: { metrics: {} } }) as never,
  measured: () => undefined,
  file: () => Promise.resolve(undefined),
};

const shown = async (...tables: readonly Table[]) => {
  const context = {
    config: { seeds: [1] },
    data: { name: 'points', frames: { train: 16, val: 16 }, tasks: ['a', 'b'] },
    options: {},
  };
  const runWith = { seeds: 1, heading: 'h', flags: '' };
  const made = await experimentResults(
    { experiment: showing(...tables) },
    context,
    results,
    runWith,
  );
  return made?.artefacts;
};

test('rows without a number are left out of a published table, and named', async () => {
  const made = await shown(
    table('Made', [
      ['run', { value: 0 }],
      ['not run', notRun],
      ['printed elsewhere', { value: null, published: 3 }],
      ['text', '✓'],
      ['nothing', null],
    ]),
  );
  const [{ table: left }] = made?.tables ?? [];
  expect(left.rows.map(({ header }) => header)).toEqual(['run', 'printed elsewhere', 'text']);
  expect(left.notes).toEqual(['A note.', 'Rows without a number are left out: not run; nothing.']);
  expect(made?.lead).toBe('What happened.');
});

test('tables without a number are left out, and named in the lead', async () => {
  const whole = table('Whole', [['run', { value: 1 }]]);
  const made = await shown(table('First', [['a', notRun]]), whole, table('Last', [['b', null]]));
  expect(made?.tables).toEqual([{ name: 't1', table: whole }]);
  expect(made?.lead).toBe('What happened. Tables without a number are left out: First; Last.');
});
