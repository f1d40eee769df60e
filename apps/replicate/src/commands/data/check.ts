import { join } from 'node:path';
import type { Command } from 'commander';
import { confusion, type ConfusionResult } from '@scene-mtl/eval';
import {
  colourClassifier,
  contentProblems,
  GENERATOR_VERSION,
  hasLabelNoise,
  labelSummary,
  leftOutLines,
  openDataset,
  printable,
  readEverything,
  readManifest,
  SPLITS,
  statistics,
  type Dataset,
  type Manifest,
  type Statistics,
} from '@scene-mtl/datasets';
import { assertFree, writeTogether } from '@scene-mtl/data/files';
import { annotationsOf, cameraKind, findField, imageOf, sizeOf } from '@scene-mtl/data';
import { isCentred } from '@scene-mtl/data/camera-file';
import { classMapOf, disparityMapOf } from '@scene-mtl/vision-heads/targets';
import { checkPlots } from './check-plots.ts';
import { checkTable } from './check-table.ts';
import { progress } from './progress.ts';
import { path } from '../path.ts';
import { addPluginFlag } from '../plugin-flag.ts';

const SHOWN = 20;

/** What `data check` finds out about a data set. */
export interface CheckResult {
  readonly dataset: Dataset;
  readonly statistics: Statistics;
  /** What is in the labels of data without a legend of its own, in words. */
  readonly summary: readonly string[];
  /** Classes by the colour of single pixels: learnt on training, scored on validation frames. */
  readonly colour: ConfusionResult | undefined;
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
  /** What is as it should be but worth knowing. */
  readonly notes: readonly string[];
}

/** Adds `data check`: decodes every file and prints statistics beside the published ones. */
export function addCheckCommand(data: Command): void {
  addPluginFlag(data.command('check'))
    .description(
      'decode every file of a data set; what is in its labels, of street scenes beside Cityscapes’',
    )
    .argument(
      '<root>',
      'your own data (dataset.json), a Cityscapes tree, official or generated, CamVid or MNIST',
    )
    .option('--plots <dir>', 'write the statistics as plots (SVG) into this folder', path)
    .option('--force', 'replace plots that are there')
    .action(async (root: string, { plots, force }: { plots?: string; force?: true }) => {
      const result = await check(root);
      const { dataset, problems, notes } = result;
      const counts = SPLITS.map((split) => `${split} ${dataset.list(split).length}`).join(', ');
      console.log(`${root}: ${dataset.name}, ${counts} frames`);
      for (const note of notes) console.log(printable(note));
      const { leftOut = [] } = dataset;
      if (leftOut.length > 0) {
        const lines = leftOutLines(leftOut).map((line) => `  ${line}`);
        console.log([`left out, ${leftOut.length} in all:`, ...lines].join('\n'));
      }
      if (problems.length > 0) {
        const shown = problems.slice(0, SHOWN).map((problem) => `  ${printable(problem)}`);
        const rest = problems.length > SHOWN ? [`  and ${problems.length - SHOWN} more`] : [];
        console.error([`${problems.length} problems:`, ...shown, ...rest].join('\n'));
        process.exitCode = 1;
      }
      if (result.summary.length > 0) console.log('');
      for (const line of result.summary) console.log(printable(line));
      if (result.statistics.frames === 0 || dataset.legend === undefined) return;
      if (dataset.fields.length === 0) return;
      console.log(`\n${checkTable(result)}`);
      if (plots === undefined) return;
      const files = (await checkPlots(result)).map(
        ({ name, svg }) => [join(plots, `${name}.svg`), svg] as const,
      );
      await assertFree(
        files.map(([file]) => file),
        force,
      );
      await writeTogether(files);
      console.log(`plots: ${plots}`);
    });
}

/**
 * Reads every frame of a data set at its own size.
 * @throws when the root is no data set, or files are missing; faults of single frames are collected
 */
export async function check(root: string): Promise<CheckResult> {
  const dataset = await openDataset(root, { skyDisparity: 'asRecorded' });
  const manifest = dataset.name === 'street' ? await readManifest(root) : undefined;
  const isNoisy = hasLabelNoise(manifest?.noise ?? {});
  const kinds = dataset.legend?.classes.length ?? 0;
  // Cityscapes' shares say something of street scenes alone.
  const street = dataset.legend !== undefined || dataset.fields.length === 0;
  const labels = labelSummary(street ? {} : annotationsOf(dataset));
  const collector = statistics(kinds);
  const colours = colourClassifier(kinds);
  const judged = confusion(Math.max(1, kinds));
  const problems: string[] = [];
  let differing = 0;
  let pixels = 0;
  const report = progress('checking');
  const offCentre: string[] = [];
  await readEverything(dataset, (event) => {
    report(event.done, event.total);
    if ('problem' in event) {
      problems.push(event.problem);
      return;
    }
    const { sample, disagreement } = event;
    labels.add(sample);
    if (!street) return;
    collector.add(sample);
    const truth = classMapOf(sample);
    if (event.split === 'train') colours.learn(sample);
    else if (event.split === 'val' && truth) {
      judged.add(truth.data, colours.predict(imageOf(sample).data));
    }
    const { height, width } = sizeOf(sample);
    pixels += height * width;
    const camera = findField(sample, 'camera', cameraKind);
    if (camera && !isCentred(camera, { height, width })) offCentre.push(event.id);
    differing += disagreement?.pixels ?? 0;
    if (disagreement && !isNoisy) {
      const { file, pixels: count, first } = disagreement;
      problems.push(
        `${file}: ${count} px of another class than in labelIds, the first at row ${first.row}, column ${first.column} (instance value ${first.instanceId}, label id ${first.labelId})`,
      );
    }
    if (disparityMapOf(sample)?.valid.every((known) => known === 0)) {
      problems.push(`${root}: ${event.split} ${event.id}: no pixel of the disparity is known`);
    }
  });
  const notes = [...(dataset.notes ?? [])];
  if (offCentre.length > 0) {
    notes.push(
      `${offCentre.length} cameras have their principal point far from the middle of the picture, the first is ${offCentre[0]}: were the pictures scaled or cut, and the camera files not?`,
    );
  }
  const labelled = dataset.fields.length > 0;
  if (!labelled && (dataset.list('train').length > 0 || dataset.list('val').length > 0)) {
    problems.push(
      `${root}: no annotations that are read; expected gtFine or disparity beside leftImg8bit`,
    );
  }
  if (isNoisy) {
    notes.push(
      `labelIds and instanceIds differ at ${((100 * differing) / pixels).toFixed(2)} % of the pixels: the label noise of street.json`,
    );
  }
  if (dataset.name === 'camvid') {
    notes.push('objects are connected components of a class: those that touch count as one');
  }
  // Only whole frames can be hashed.
  if (manifest && problems.length === 0) await checkContent(root, dataset, manifest);
  const { train, val } = { train: dataset.list('train'), val: dataset.list('val') };
  const isJudged = kinds > 0 && train.length > 0 && val.length > 0;
  const colour = isJudged ? judged.result() : undefined;
  return {
    ...{ dataset, colour, problems, notes },
    statistics: collector.result(),
    summary: labels.lines(),
  };

  async function checkContent(at: string, tree: Dataset, recipe: Manifest): Promise<void> {
    if (recipe.generator !== GENERATOR_VERSION) {
      notes.push(
        `made by generator version ${recipe.generator}, this is ${GENERATOR_VERSION}: content not compared with street.json`,
      );
      return;
    }
    const wrong = await contentProblems(at, tree, recipe, progress('comparing with street.json'));
    problems.push(...wrong);
    if (wrong.length === 0) notes.push(`content as in street.json: ${recipe.hash.slice(0, 16)}`);
  }
}
