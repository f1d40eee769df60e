import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stories } from '../src/papers/karpathy2019/maintenance/story.ts';
import { maintenance } from '../src/papers/karpathy2019/maintenance/maintenance.ts';
import { scratch, tinyConfig, type Scratch } from './tiny-run.ts';

let place: Scratch;
beforeAll(async () => {
  place = await scratch();
});
afterAll(() => rm(place.runs, { recursive: true, force: true }));

test('five changes of one network: which heads stay the same bits, and what each costs', async () => {
  const config = await tinyConfig(place, 'training.steps=3', 'training.evalEvery=3');
  const line = { update: () => {}, print: () => {} };
  const session = stories.start({ runs: place.runs, line });
  const { data } = await session.open(config);
  const context = { config, data, options: {} };
  const results = { summary: () => undefined } as unknown as Parameters<typeof maintenance.show>[1];
  const [[{ spec }]] = [...maintenance.stages(context, results)];
  const folder = join(place.runs, 'trained', 'story');
  await mkdir(folder, { recursive: true });
  const { result } = await session.train({
    ...{ spec, folder, id: 'story', grids: 0, dataWorkers: 0, compile: { threads: 1 } },
    onProgress: () => {},
  });
  const of = (what: string) =>
    ['tune-depth', 'add-edges', 'replace-instance', 'unfreeze-aspp', 'refresh'].map(
      (slug) => result.metrics[`${slug}/${what}`],
    );
  // Heads that there were before, and those of them that gave the same bits.
  expect(of('heads')).toEqual([3, 3, 4, 4, 4]);
  expect(of('same')).toEqual([2, 3, 3, 0, 0]);
  // What stayed the same passes whatever the frames say.
  of('passes').forEach((passes, i) => expect(passes).toBeGreaterThanOrEqual(of('same')[i]));
  // A head that nobody trained has the metric that it had.
  const [tuned, added, replaced] = of('semantic/iou');
  expect([tuned, added, replaced]).toEqual(Array(3).fill(result.metrics['base/semantic/iou']));
  const [kept, whole] = [of('kept'), of('end-to-end')];
  // The whole network, three passes over four images: of the head alone see heads.test.ts.
  expect(kept[4]).toBe(whole[4]);
  expect(whole[1]).toBe(whole[2]);
  // Three heads and the trunk against four: the fourth has as many multiply-adds as depth.
  expect(whole[1] - whole[0]).toBe(3 * 4 * 32 * (9 * 80 * 16 + 16));
  const { tables } = await maintenance.show(context, {
    ...results,
    summary: () => ({ result }) as never,
  });
  const rows = tables[0].table.rows.map(({ header, cells }) => [header, cells[0]]);
  expect(rows).toEqual([
    ['The network', null],
    ['Tune depth', '2 of 3'],
    ['Add edges', '3 of 3'],
    ['Replace instance', '3 of 4'],
    ['Tune semantic with the pyramid', '0 of 4'],
    ['Refresh all, end to end', '0 of 4'],
  ]);
});
