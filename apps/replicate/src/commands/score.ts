import {
  distanceSettings,
  scoreDisparity,
  scoreInstance,
  scorePanoptic,
  scoreSemantic,
  stereoDistances,
  toMarkdown,
  type ScoreInput,
  type Table,
} from '@scene-mtl/eval';
import { Option, type Command } from 'commander';
import { evaluatedLabels, instanceLabels } from '@scene-mtl/data/cityscapes';

/** What one task's scorer gives: everything for `--json`, a table for people. */
interface Scored {
  readonly json: Readonly<Record<string, unknown>>;
  readonly table: Table;
}

interface ScoreOptions {
  readonly gt: string;
  readonly pred: string;
  readonly task: 'semantic' | 'instance' | 'panoptic' | 'disparity';
  readonly stereo?: string;
  readonly json?: true;
}

/**
 * Adds `score --gt DIR --pred DIR --task TASK [--json]`: scores predictions of any system, given in
 * the official submission formats, with the official metrics. Anything malformed ends with exit code 1
 * and one line that names the file.
 */
export function addScoreCommand(program: Command): void {
  program
    .command('score')
    .description('score predictions in the official Cityscapes submission formats')
    .requiredOption('--gt <folder>', 'ground truth, searched with subfolders (e.g. gtFine/val)')
    .requiredOption('--pred <folder>', 'predictions, searched with subfolders')
    .addOption(
      new Option('--task <task>', 'which benchmark')
        .choices(['semantic', 'instance', 'panoptic', 'disparity'])
        .makeOptionMandatory(),
    )
    .option(
      '--stereo <folder>',
      'disparity and camera files: adds AP100m and AP50m to --task instance',
    )
    .option('--json', 'print everything as JSON instead of a table')
    .action(async (options: ScoreOptions, command: Command) => {
      if (options.stereo && options.task !== 'instance') {
        command.error(`error: --stereo only goes with --task instance, not ${options.task}`);
      }
      const progress = progressLine(process.stderr);
      try {
        const scored = await scorers[options.task](
          { gt: options.gt, pred: options.pred, onProgress: progress.show },
          options.stereo,
        );
        progress.clear();
        const text = options.json
          ? `${JSON.stringify(scored.json, null, 2)}\n`
          : toMarkdown(scored.table);
        process.stdout.write(text);
      } catch (error) {
        progress.clear();
        command.error(`error: ${(error as Error).message}`);
      }
    });
}

const scorers: Readonly<
  Record<ScoreOptions['task'], (input: ScoreInput, stereo?: string) => Promise<Scored>>
> = { semantic, instance, panoptic, disparity };

async function semantic(input: ScoreInput): Promise<Scored> {
  const scores = await scoreSemantic(input);
  const row = (header: string, iou: number, iiou: number) => ({
    header,
    cells: [percent(iou), Number.isNaN(iiou) ? null : percent(iiou)],
  });
  return {
    json: { ...scores },
    table: {
      title: `Pixel-level scores, ${images(scores.images)}`,
      corner: 'class or category',
      columns: [
        { name: 'IoU', unit: '%' },
        { name: 'iIoU', unit: '%' },
      ],
      rows: [
        row('mean of classes', scores.averageScoreClasses, scores.averageScoreInstClasses),
        ...evaluatedLabels.map(({ name }) =>
          row(name, scores.classScores[name], scores.classInstScores[name]),
        ),
        row('mean of categories', scores.averageScoreCategories, scores.averageScoreInstCategories),
        ...Object.entries(scores.categoryScores)
          .filter(([name]) => name !== 'void')
          .map(([name, iou]) => row(name, iou, scores.categoryInstScores[name])),
      ],
    },
  };
}

async function instance(input: ScoreInput, stereo?: string): Promise<Scored> {
  const scores = await scoreInstance({
    ...input,
    ...(stereo
      ? { settings: distanceSettings, distances: await stereoDistances(stereo) }
      : undefined),
  });
  const far = (k: number) => (stereo ? [percent(scores.bySetting[k])] : []);
  return {
    json: {
      ...scores,
      labels: instanceLabels.map((l) => l.name),
      settings: stereo ? distanceSettings : distanceSettings.slice(0, 1),
    },
    table: {
      title: `Instance-level scores, ${images(scores.images)}`,
      corner: 'class',
      columns: [
        { name: 'AP', unit: '%' },
        { name: 'AP50%', unit: '%' },
        ...(stereo
          ? [
              { name: 'AP100m', unit: '%' },
              { name: 'AP50m', unit: '%' },
            ]
          : []),
      ],
      rows: [
        {
          header: 'mean',
          cells: [percent(scores.allAp), percent(scores.allAp50), ...far(1), ...far(2)],
        },
        ...instanceLabels.map(({ name }) => ({
          header: name,
          cells: [
            percent(scores.classes[name].ap),
            percent(scores.classes[name].ap50),
            ...(stereo ? [null, null] : []),
          ],
        })),
      ],
      ...(stereo
        ? {
            notes: [
              'AP100m and AP50m take the median stereo depth of each object; the benchmark server computes its distances in a way that is not public.',
            ],
          }
        : {}),
    },
  };
}

async function panoptic(input: ScoreInput): Promise<Scored> {
  const { perClass, names, ...scores } = await scorePanoptic(input);
  const cells = ({ pq, sq, rq }: { pq: number; sq: number; rq: number }) =>
    [pq, sq, rq].map(percent);
  const byName = [...perClass].map(([id, q]) => [names.get(id) ?? String(id), q] as const);
  return {
    json: { ...scores, perClass: Object.fromEntries(byName) },
    table: {
      title: `Panoptic scores, ${images(scores.images)}`,
      corner: 'class',
      columns: ['PQ', 'SQ', 'RQ'].map((name) => ({ name, unit: '%' })),
      rows: [
        { header: `all (${scores.all.n})`, cells: cells(scores.all) },
        { header: `things (${scores.things.n})`, cells: cells(scores.things) },
        { header: `stuff (${scores.stuff.n})`, cells: cells(scores.stuff) },
        ...byName.map(([header, q]) => ({ header, cells: cells(q) })),
      ],
    },
  };
}

async function disparity(input: ScoreInput): Promise<Scored> {
  const scores = await scoreDisparity(input);
  const rows: [string, number, string][] = [
    ['mean error', scores.mean, 'px'],
    ['RMS error', scores.rms, 'px'],
    ['relative error', scores.absRel, ''],
    ['δ < 1.25', scores.delta1, ''],
    ['δ < 1.25²', scores.delta2, ''],
    ['δ < 1.25³', scores.delta3, ''],
    ['mean inverse-depth error', scores.inverseDepthMean, 'm⁻¹'],
    ['RMS inverse-depth error', scores.inverseDepthRms, 'm⁻¹'],
  ];
  return {
    json: { ...scores },
    table: {
      title: `Disparity, ${images(scores.images)}, ${scores.pixels} pixels`,
      corner: 'measure',
      columns: [{ name: 'value', decimals: 4 }, { name: 'unit' }],
      rows: rows.map(([header, value, unit]) => ({ header, cells: [{ value }, unit] })),
    },
  };
}

const percent = (fraction: number) => ({ value: 100 * fraction });

const images = (n: number): string => `${n} image${n === 1 ? '' : 's'}`;

/** A counter on one line of a terminal; into a file, a line at every tenth. */
function progressLine(out: NodeJS.WriteStream) {
  return {
    show: (done: number, total: number): void => {
      if (out.isTTY) out.write(`\r${done} of ${total} images`);
      else if (
        done === total ||
        Math.floor((10 * done) / total) > Math.floor((10 * (done - 1)) / total)
      ) {
        out.write(`${done} of ${total} images\n`);
      }
    },
    clear: (): void => {
      if (out.isTTY) out.write('\r\u001b[K');
    },
  };
}
