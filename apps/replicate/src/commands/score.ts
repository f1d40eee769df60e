import { Option, type Command } from 'commander';
import { writeAtomically } from '@scene-mtl/data/files';
import { onOneLine } from '../terminal.ts';
import { filePath, folderPath, isFolder, path } from './path.ts';
import { intervalTable, perFrameLines, scoreIntervals } from './score/resampled.ts';
import { scoreProgress } from './score/progress.ts';
import { scorers } from './score/tables.ts';
import { wholeNumber } from './whole-number.ts';
import { tableText } from './table-text.ts';

interface ScoreOptions {
  readonly gt: string;
  readonly pred: string;
  readonly task: keyof typeof scorers;
  readonly stereo?: string;
  readonly area?: true;
  readonly json?: true;
  readonly resamples: number;
  readonly perFrame?: string;
}

/** Tasks whose scores have sizes in px. */
const SIZED: readonly string[] = ['semantic', 'instance'];

/**
 * Adds `score --gt DIR --pred DIR --task TASK [--json]`: scores predictions of any system, given in
 * the official submission formats, with the official metrics. Anything malformed ends with one line that
 * names the file.
 */
export function addScoreCommand(program: Command): void {
  program
    .command('score')
    .description('score predictions in the official Cityscapes submission formats')
    .requiredOption(
      '--gt <place>',
      'ground truth: a folder, searched with subfolders (e.g. gtFine/val), or the JSON of a panoptic set',
      path,
    )
    .requiredOption(
      '--pred <place>',
      'predictions: a folder, searched with subfolders, or the JSON of a panoptic set',
      path,
    )
    .addOption(
      new Option('--task <task>', 'which benchmark')
        .choices(Object.keys(scorers))
        .makeOptionMandatory(),
    )
    .option(
      '--stereo <folder>',
      'disparity and camera files: adds AP100m, AP50m and AP50%50m to --task instance',
      folderPath,
    )
    .option(
      '--area',
      'for pictures that are not 1024×2048 (height × width): multiply the sizes of iIoU and AP, made\nfor that size, by area = H·W / (1024·2048)',
    )
    .option(
      '--resamples <n>',
      'of the images, for 95 % intervals over them; 0: no intervals',
      wholeNumber(0),
      0,
    )
    .option(
      '--per-frame <file>',
      'write the scores of each image by itself, a JSON line an image',
      filePath,
    )
    .option('--json', 'print everything as JSON instead of a table')
    .action(async (options: ScoreOptions, command: Command) => {
      const { gt, pred, task, stereo, area, json, resamples, perFrame } = options;
      if (stereo !== undefined && task !== 'instance') {
        command.error(`error: --stereo only goes with --task instance, not ${task}`);
      }
      if (area && !SIZED.includes(task)) {
        command.error(`error: --area only goes with --task ${SIZED.join(' or ')}, not ${task}`);
      }
      for (const [flag, place] of Object.entries({ gt, pred })) {
        if (task !== 'panoptic' && isFolder(place) === false) {
          command.error(
            `error: --${flag} ${place}: expected a folder, this is a file; only --task panoptic takes one`,
          );
        }
      }
      const progress = scoreProgress(process.stderr);
      const scored = await scorers[task]({
        ...{ gt, pred, stereo, scaleByArea: area ?? false },
        onFound: progress.found,
        onProgress: progress.scored,
      })
        .catch((error: Error) => {
          // What is wrong is one line, whatever the names of files hold.
          throw new Error(onOneLine(error.message), { cause: error });
        })
        .finally(progress.clear);
      if (perFrame !== undefined) {
        await writeAtomically(
          perFrame,
          perFrameLines(scored)
            .map((line) => `${line}\n`)
            .join(''),
        );
      }
      const { notes } = scored.table;
      const intervals = resamples > 0 ? scoreIntervals(scored, resamples) : undefined;
      process.stdout.write(
        json
          ? `${JSON.stringify({ ...scored.json, ...(intervals && { intervals, resamples }), notes }, null, 2)}\n`
          : [
              tableText(scored.table),
              ...(intervals ? [tableText(intervalTable(scored, intervals, resamples))] : []),
            ].join('\n'),
      );
    });
}
