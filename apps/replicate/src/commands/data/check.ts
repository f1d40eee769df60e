import type { Command } from 'commander';
import {
  CITYSCAPES_DISPARITY_DEVIATION,
  cityscapesStatistics,
  openDataset,
  readEverything,
  SPLITS,
  statistics,
  type Dataset,
  type Statistics,
} from '@scene-mtl/datasets';
import { progress } from './progress.ts';

const SHOWN = 20;

/** Adds `data check`: decodes every file and prints statistics beside the published ones. */
export function addCheckCommand(data: Command): void {
  data
    .command('check')
    .description('decode every file of a data set; statistics beside those of Cityscapes')
    .argument('<root>', 'a Cityscapes tree, official or generated, or CamVid')
    .action(async (root: string) => {
      const dataset = await openDataset(root, { skyDisparity: 'asRecorded' });
      const collector = statistics(dataset.classes.length);
      const problems: string[] = [];
      const report = progress('checking');
      const camvid = dataset.name === 'camvid';
      await readEverything(dataset, camvid ? { height: 360, width: 480 } : { root }, (event) => {
        if ('sample' in event) collector.add(event.sample);
        else problems.push(event.problem);
        report(event.done, event.total);
      });
      const counts = SPLITS.map((split) => `${split} ${dataset.list(split).length}`).join(', ');
      console.log(`${root}: ${dataset.name}, ${counts} frames\n`);
      if (problems.length > 0) {
        const shown = problems.slice(0, SHOWN).map((problem) => `  ${problem}`);
        const rest = problems.length > SHOWN ? [`  and ${problems.length - SHOWN} more`] : [];
        console.error([`${problems.length} frames cannot be read:`, ...shown, ...rest].join('\n'));
        process.exitCode = 1;
      }
      const result = collector.result();
      if (result.frames > 0) console.log(table(dataset, result));
    });
}

/** The report as text. */
export function table(dataset: Dataset, result: Statistics): string {
  const published = dataset.name === 'camvid' ? [] : cityscapesStatistics;
  const rows = dataset.classes.map((name, k) => [
    name,
    percent(result.shares[k]),
    published[k] ? percent(published[k].share) : '–',
    ...(dataset.instanceClasses.includes(k)
      ? [
          result.objects[k].toFixed(2),
          published[k]?.objects?.toString() ?? '–',
          Number.isNaN(result.meanSize[k]) ? '–' : result.meanSize[k].toFixed(0),
          published[k]?.meanSize?.toString() ?? '–',
        ]
      : ['', '', '', '']),
  ]);
  const head = ['class', 'share %', 'Cityscapes', 'objects', 'Cityscapes', 'size px', 'Cityscapes'];
  const widths = head.map((title, c) =>
    Math.max(title.length, ...rows.map((row) => row[c].length)),
  );
  const lines = [head, ...rows].map((row) =>
    row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  '),
  );
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  const { disparity, sizePercentiles } = result;
  lines.push(
    '',
    `objects per frame ${sum(result.objects).toFixed(1)} (Cityscapes 17.5); in two or more pieces ${percent(result.split)} %`,
    `object size px at 2048: 10 % under ${sizePercentiles[0].toFixed(0)}, half under ${sizePercentiles[1].toFixed(0)}, 90 % under ${sizePercentiles[2].toFixed(0)}`,
    `void ${percent(result.void)} %`,
  );
  if (dataset.annotations.disparity) {
    lines.push(
      `disparity px at 2048: mean ${disparity.mean.toFixed(1)}, deviation ${disparity.deviation.toFixed(1)} (Cityscapes ${CITYSCAPES_DISPARITY_DEVIATION}, about a mean image); known ${percent(result.valid)} %`,
    );
  }
  return lines.join('\n');
}

const percent = (share: number) => (Number.isNaN(share) ? '–' : (100 * share).toFixed(2));
