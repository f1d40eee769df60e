import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { runsOf } from '@scene-mtl/lab';
import { sceneRunId } from '../src/scenes/program.ts';
import { type ProfileName, profiles } from '../src/config/profiles.ts';
import { parseConfig } from '../src/config/schema.ts';
import { figure2 } from '../src/papers/kendall2018/figure2/figure2.ts';
import { experiments } from '../src/papers/index.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { resultsFiles } from '../src/results/files.ts';
import type { ResultsGroup } from '../src/results/group.ts';
import { publishedGroups } from '../src/results/published.ts';
import type { SceneContext } from '../src/scenes/kind.ts';
import { resultsOf, street } from './records.ts';

/** Published results of the first seed alone: these rows of Table 1, and nothing else. */
async function publishRows(root: string, profile: ProfileName, rows: string): Promise<void> {
  const config = parseConfig({ ...profiles[profile], seeds: [1, 2, 3] }, profile);
  const options = table1.options({ rows });
  const context: SceneContext<typeof options> = { config, data: street, options };
  const folder = join(root, profile);
  await mkdir(folder, { recursive: true });
  const variants = profile === 'quick' ? [{ item: 'table1', flags: '--sizes 64x128' }] : [];
  const flags = `--profile ${profile}`;
  const group = { profile, config, data: street, found: null, flags, variants };
  await writeFile(join(folder, 'group.json'), JSON.stringify(group));
  for (const { spec } of runsOf(table1, context, resultsOf(context, []))) {
    if (spec.seed !== 1) continue;
    const { tasks, balance, seed } = spec;
    const metrics = { 'semantic/iou': 50, 'depth/meanError': 0.5 };
    const series = { [`loss/${tasks[0]}`]: [[1, 2] as const, [2, 1] as const] };
    const summary = resultsOf(context, [
      {
        ...{ tasks, seed, metrics, series },
        weighting: balance.name,
        options: balance.options,
      },
    ]).summary(spec);
    await mkdir(join(folder, sceneRunId(spec)));
    await writeFile(join(folder, sceneRunId(spec), 'record.json'), JSON.stringify(summary));
  }
}

let groups: ResultsGroup[];

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'replicate-published-'));
  await publishRows(root, 'quick', 'semantic-only,equal-weights,uncertainty-semantic-depth');
  await publishRows(root, 'standard', 'semantic-only,depth-only');
  await publishRows(root, 'camvid', 'semantic-only');
  await mkdir(join(root, 'figures'));
  groups = await publishedGroups(root, experiments);
});

test('larger profiles come first, whatever the cost of the others; seeds are those that were run', () => {
  // camvid has more px · steps than quick: 192·256·700·4 = 137.6e6 against 64·128·600·8 = 39.3e6.
  expect(groups.map(({ profile }) => profile)).toEqual(['standard', 'quick', 'camvid']);
  expect(groups.map(({ config }) => config.seeds)).toEqual([[1], [1], [1]]);
});

test('an item that only shares runs with another one is not run', () => {
  const made = groups.map(({ items: all }) =>
    all.filter(({ artefacts }) => artefacts).map(({ name }) => name),
  );
  // Semantic alone and the learned pair are in figure 2 as well, where no grid stands beside them.
  expect(made).toEqual([['table1'], ['table1', 'table1-sizes-64x128'], ['table1']]);
  expect(groups[0].items.map(({ name }) => name)).toContain(figure2.name);
});

test('two rows of one seed make a report: rows, dashes, and a list of what was not run', async () => {
  const [{ content }] = await resultsFiles(groups);
  const markdown = String(content);
  expect(markdown).toContain('### standard / street: 128×256 px, 2000 steps, seed 1\n');
  expect(markdown).not.toMatch(/## Figure [2-9]/);
  expect(markdown).toContain('- Not run at standard / street: table1 (5 claims), figure2, figure3');
  // Equal weights against semantic alone can be compared, over one seed.
  expect(markdown).toMatch(
    /gets worse than alone<br>_Table 1_ \| quick \/ street \| \*\*cannot tell/,
  );
  expect(markdown).toContain(
    'table1 (4 of 5 claims), table1 --sizes 64x128 (4 of 5 claims), figure2',
  );
  // The same claim about other runs is no second verdict on the first ones.
  expect(markdown).toContain('gets worse than alone (--sizes 64x128)<br>');
});
