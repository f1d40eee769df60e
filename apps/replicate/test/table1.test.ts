import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import type { Config } from '../src/config/schema.ts';
import { table1 } from '../src/paper/table1.ts';
import { runTable1 } from '../src/table1/run.ts';
import { table1Table } from '../src/table1/table.ts';

let config: Config;
let runs: string;

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  runs = await mkdtemp(join(tmpdir(), 'replicate-table1-'));
  config = await configured(profiles.smoke, {
    set: [
      'data.train=12',
      'data.val=4',
      'training.steps=8',
      'training.evalEvery=4',
      'training.checkpointEvery=3',
      'strips=1',
    ],
  });
});

const rows = ['depth-only', 'uncertainty-semantic-instance-depth'];

const run = (name: string) =>
  runTable1({ config, runs, name, rows, compile: { threads: 1 }, command: 'test' });

test('the table has the paper’s nine rows under a trivial one, and dashes for what was not run', () => {
  const table = table1Table({ trivial: { 'semantic/iou': 1 }, rows: {} }, []);
  expect(table.rows).toHaveLength(10);
  expect(table.rows[0].header).toMatch(/^Trivial/);
  // Kendall et al. 2018, Table 1, last row: 63.4 %, 3.50 px, 0.522 px.
  expect(table1[8].published).toEqual({ semantic: 63.4, instance: 3.5, depth: 0.522 });
  expect(table.rows[9].cells[3]).toEqual({ value: null, n: 0, published: 63.4 });
});

test('a run writes its table, report, metrics and pictures, and the same bytes again', async () => {
  const first = await run('first');
  const second = await run('second');
  for (const file of [
    'table1.json',
    'table1.md',
    'table1.tex',
    'depth-only/seed-1/metrics.jsonl',
  ]) {
    const [a, b] = await Promise.all([readFile(join(first, file)), readFile(join(second, file))]);
    expect(a.equals(b)).toBe(true);
  }
  const html = await readFile(join(first, 'report.html'), 'utf8');
  expect(html).toContain('Uncertainty weighting, 3 tasks');
  expect(html).toContain('data:image/png;base64');
});

test('a finished row is not trained again', async () => {
  const folder = await run('first');
  const before = await readFile(join(folder, 'depth-only/seed-1/timing.json'), 'utf8');
  await run('first');
  expect(await readFile(join(folder, 'depth-only/seed-1/timing.json'), 'utf8')).toBe(before);
});
