import { expect, test } from '@jest/globals';
import { NO_CLASSES, type Dataset, type Split } from '@scene-mtl/datasets';
import { runsOf, type Results } from '@scene-mtl/lab';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { openedAs } from '../src/scenes/data.ts';
import type { SceneContext, SceneSpec } from '../src/scenes/kind.ts';
import { notesOf } from '../src/scenes/notes.ts';

const none: Results<SceneSpec> = {
  summary: () => undefined,
  measured: () => undefined,
  file: () => Promise.resolve(undefined),
};

/** CamVid with some frames in its test list, none where the list is empty. */
async function contextOf(test: readonly string[]): Promise<SceneContext> {
  const frames: Record<Split, readonly string[]> = { train: ['a', 'b'], val: ['c'], test };
  const dataset: Dataset = {
    name: 'camvid',
    fields: ['semantic', 'instance'],
    legend: {
      ...NO_CLASSES,
      classes: ['sky', 'road'],
      palette: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    },
    list: (split) => frames[split],
    read: () => Promise.reject(new Error('not read here')),
  };
  const config = await configured(profiles.camvid, { data: '/camvid', set: [] });
  return { config, data: openedAs(config, dataset).data, options: table1.options({}) };
}

test('Table 1 measures no test split where its list is empty, and says so', async () => {
  const [without, whole] = [await contextOf([]), await contextOf(['d'])];
  const measured = (context: SceneContext) =>
    runsOf(table1, context as never, none).map(({ measurements = [] }) => measurements.length);
  expect(new Set(measured(without))).toEqual(new Set([0]));
  expect(new Set(measured(whole))).toEqual(new Set([1]));
  const tables = async (context: SceneContext) =>
    (await table1.show(context as never, none)).tables.map(({ name }) => name);
  expect(await tables(without)).not.toContain('table1-test');
  expect(await tables(whole)).toContain('table1-test');
  expect(notesOf(without).join(' ')).toContain('no test frames');
  expect(notesOf(whole).join(' ')).not.toContain('no test frames');
});
