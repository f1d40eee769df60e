import { Option, type Command } from 'commander';
import { contactSheet, openDataset, SPLITS, type Split } from '@scene-mtl/datasets';
import sharp from 'sharp';
import type { Size } from '@scene-mtl/data';
import { writeAtomically } from '@scene-mtl/data/files';
import { size, wholeNumber } from './arguments.ts';

interface Options {
  out: string;
  size: Size;
  frames: number;
  split: Split;
}

/** Adds `data preview`: a contact sheet as PNG. */
export function addPreviewCommand(data: Command): void {
  data
    .command('preview')
    .description('contact sheet: photograph, classes, objects with centre vectors, disparity')
    .argument('<root>', 'a Cityscapes tree, official or generated, or CamVid')
    .option('--out <png>', 'image to write', 'preview.png')
    .addOption(
      new Option('--size <HxW>', 'height × width of each picture, px')
        .argParser(size)
        .default({ height: 128, width: 256 }, '128x256'),
    )
    .option('--frames <n>', 'rows, spread evenly over the split', wholeNumber(1), 6)
    .addOption(new Option('--split <name>', 'whose frames').choices(SPLITS).default('train'))
    .action(async (root: string, options: Options) => {
      const dataset = await openDataset(root);
      const ids = dataset.list(options.split);
      if (ids.length === 0) throw new Error(`${root}: no frames in split '${options.split}'`);
      const count = Math.min(options.frames, ids.length);
      const chosen = Array.from(
        { length: count },
        (_, i) => ids[Math.floor((i * ids.length) / count)],
      );
      const samples = await Promise.all(
        chosen.map((id) => dataset.read(id, options.split, options.size)),
      );
      const { data: pixels, width, height } = contactSheet(samples, dataset);
      const png = sharp(pixels, { raw: { width, height, channels: 3 } }).png();
      await writeAtomically(options.out, await png.toBuffer());
      console.log(`${options.out}: ${count} frames of ${dataset.name} ${options.split}`);
    });
}
