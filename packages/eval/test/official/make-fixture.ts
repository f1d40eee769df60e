// Writes ../fixtures/official.json: scores of the official Python package on the random cases.
//
//   python -m venv VENV && VENV/bin/pip install cityscapesScripts==2.3.0 'numpy<2'
//   npx tsx packages/eval/test/official/make-fixture.ts VENV/bin/python
//
// numpy below 2.4 is needed: the package calls np.in1d, which later versions lack.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CASES, randomCase } from './random-case.ts';
import { writeCase } from './write-case.ts';

const python = process.argv[2] ?? 'python3';
const peer = fileURLToPath(new URL('../../../../bench/peers/eval_cityscapes.py', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'eval-cases-'));
try {
  const requests: unknown[] = [];
  for (let seed = 0; seed < CASES; seed++) {
    const folders = writeCase(join(root, String(seed)), randomCase(seed).images);
    const { gt, distances } = folders;
    requests.push({ task: 'semantic', gt, pred: folders.pixel });
    requests.push({
      task: 'instance',
      gt,
      pred: folders.instance,
      distances,
      minRegionSizes: [100, 120, 120],
    });
    requests.push({ task: 'panoptic', gt: folders.panopticGt, pred: folders.panopticPred });
  }
  const input = `\n${requests.map((r) => JSON.stringify(r)).join('\n')}\n`;
  const run = spawnSync(python, [peer], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  const [versions, ...replies] = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { error?: string; result?: Record<string, unknown> });
  const take = (k: number, fields: readonly string[]) => {
    const { error, result = {} } = replies[k];
    return error ? { error } : Object.fromEntries(fields.map((f) => [f, result[f]]));
  };
  const pixelFields = Object.keys(replies[0].result ?? {});
  const cases = Array.from({ length: CASES }, (_, seed) => ({
    seed,
    pixel: known(take(3 * seed, pixelFields)),
    instance: withoutEmptyRows(take(3 * seed + 1, ['resultApMatrix', 'averages'])),
    panoptic: withoutZeros(take(3 * seed + 2, ['All', 'Things', 'Stuff', 'per_class'])),
  }));
  const origin =
    'mcordts/cityscapesScripts (MIT) from PyPI, run on the images of random-case.ts by make-fixture.ts; null is NaN';
  const lines = cases.map((c) => JSON.stringify(c)).join(',\n');
  writeFileSync(
    fileURLToPath(new URL('../fixtures/official.json', import.meta.url)),
    `{"origin":${JSON.stringify(origin)},\n"versions":${JSON.stringify(versions)},\n"cases":[\n${lines}\n]}\n`,
  );
} finally {
  rmSync(root, { recursive: true });
}

/** Scores by name without the names that are NaN. */
function known(scores: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(scores).map(([field, value]) => [
      field,
      value !== null && typeof value === 'object'
        ? Object.fromEntries(Object.entries(value).filter(([, x]) => x !== null))
        : value,
    ]),
  );
}

type Scores = Record<string, unknown>;

/** AP rows (one class, ten overlaps) that are NaN throughout become null; no averages per class. */
function withoutEmptyRows(scores: Scores): Scores {
  const matrix = scores.resultApMatrix as (number | null)[][][] | undefined;
  if (!matrix) return scores;
  const { classes: _, ...averages } = scores.averages as Scores;
  const rows = matrix.map((byClass) =>
    byClass.map((row) => (row.every((x) => x === null) ? null : row)),
  );
  return { resultApMatrix: rows, averages };
}

/** Categories without any quality are left out. */
function withoutZeros(scores: Scores): Scores {
  const byClass = scores.per_class as Record<string, { rq: number }> | undefined;
  if (!byClass) return scores;
  return {
    ...scores,
    per_class: Object.fromEntries(Object.entries(byClass).filter(([, q]) => q.rq !== 0)),
  };
}
