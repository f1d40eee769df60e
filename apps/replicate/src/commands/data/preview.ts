import { Option, type Command } from 'commander';
import { contactSheet, openDataset, SPLITS, type Split } from '@scene-mtl/datasets';
import sharp from 'sharp';
import { assertPixels, type Size } from '@scene-mtl/data';
import { assertFree, writeAtomically } from '@scene-mtl/data/files';
import { path } from '../path.ts';
import { addPluginFlag } from '../plugin-flag.ts';
import { wholeNumber } from '../whole-number.ts';
import { size } from './arguments.ts';

interface Options {
  out: string;
  size: Size;
  frames: number;
  split: Split;
  force?: true;
}

/** Adds `data preview`: a contact sheet as PNG. */
export function addPreviewCommand(data: Command): void {
  addPluginFlag(data.command('preview'))
    .description('contact sheet: the photograph beside a picture of each label')
    .argument(
      '<root>',
      'your own data (dataset.json), a Cityscapes tree, official or generated, or CamVid',
    )
    .requiredOption('--out <png>', 'image to write', path)
    .addOption(
      new Option('--size <HxW>', 'height × width of each picture, px')
        .argParser(size)
        .default({ height: 128, width: 256 }, '128x256'),
    )
    .option('--frames <n>', 'rows, spread evenly over the split', wholeNumber(1), 6)
    .addOption(new Option('--split <name>', 'whose frames').choices(SPLITS).default('train'))
    .option('--force', 'replace a file that is there')
    .action(async (root: string, options: Options) => {
      await assertFree([options.out], options.force);
      const dataset = await openDataset(root);
      const ids = dataset.list(options.split);
      if (ids.length === 0) throw new Error(`${root}: no frames in split '${options.split}'`);
      const count = Math.min(options.frames, ids.length);
      // The photograph and its annotations in each row.
      assertPixels('--size', options.size, (1 + dataset.fields.length) * count);
      const chosen = Array.from(
        { length: count },
        (_, i) => ids[Math.floor((i * ids.length) / count)],
      );
      const samples = await Promise.all(
        chosen.map((id) => dataset.read(id, options.split, options.size)),
      );
      const title = `${dataset.name} ${options.split}: ${count} of ${ids.length} frames`;
      const { data: pixels, width, height } = await contactSheet(samples, dataset, title);
      const png = sharp(pixels, { raw: { width, height, channels: 3 } }).png();
      await writeAtomically(options.out, await png.toBuffer());
      console.log(`${options.out}: ${count} frames of ${dataset.name} ${options.split}`);
    });
}
