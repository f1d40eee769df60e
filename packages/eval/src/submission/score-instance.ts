import { dirname, isAbsolute, resolve } from 'node:path';
import {
  averagePrecision,
  averagePrecisionOfDrawn,
  distanceSettings,
  overlapThresholds,
  scaledSettings,
  type DistanceSetting,
  type InstanceScores,
} from '../cityscapes/average-precision.ts';
import {
  checkInstances,
  instanceMatcher,
  type ImageMatches,
  type InstanceDistance,
} from '../cityscapes/instance-matching.ts';
import { instanceLabels, labelsById } from '@scene-mtl/data/cityscapes';
import { pairFiles, type FilePair } from './files.ts';
import { asWords, checkSameSize, readLabels, readMask, type LabelImage } from './images.ts';
import { inOrder, type ScoreInput } from './in-order.ts';
import { liesIn } from './inside.ts';
import { readText } from './text.ts';
import type { ChosenScores, Scored } from './scored.ts';
import { areaOf, sizeTally } from './sizes.ts';

/** One line of a prediction's text file. */
export interface PredictionLine {
  /** Absolute path of the mask. */
  readonly mask: string;
  readonly labelId: number;
  readonly confidence: number;
}

/** Distances of the ground-truth objects of one frame, by instance value. */
export type DistanceLookup = (
  frame: string,
  instances: Uint16Array,
) => Promise<ReadonlyMap<number, InstanceDistance>>;

/** What `scoreInstance` takes beyond the folders. */
export interface InstanceScoreInput extends ScoreInput {
  /** Which objects count (default: the official first setting alone). */
  readonly settings?: readonly DistanceSetting[];
  /** Distances of the objects of a frame, for AP100m and AP50m; see `stereoDistances`. */
  readonly distances?: DistanceLookup;
  /**
   * True multiplies `minRegion` of the settings by area = H · W / (1024 · 2048) (`scaledSettings`); all
   * pictures must have one size then. Default: as they are, official.
   */
  readonly scaleByArea?: boolean;
}

/** What `scoreInstance` gives beside the scores. */
export interface ScoredInstances extends Scored {
  /** The settings as they were used. */
  readonly settings: readonly DistanceSetting[];
  /** Single objects of the evaluated classes in the ground truth. */
  readonly objects: number;
  /** Of these, objects that the first setting leaves out as too small. */
  readonly tooSmall: number;
}

/**
 * Scores an instance-level submission: for each `*_gtFine_instanceIds.png` below `gt` one text file
 * `city_seq_frame*.txt` below `pred`, a line `relativeMaskPath labelId confidence` per object.
 *
 * @throws Error naming file and line for anything malformed, missing or of another size
 */
export async function scoreInstance(
  input: InstanceScoreInput,
): Promise<InstanceScores & ScoredInstances> {
  const { scaleByArea = false } = input;
  const rule = { suffix: '_gtFine_instanceIds.png', extension: '.txt' };
  const { pairs, passedOver, unused } = await pairFiles(input.gt, input.pred, rule, input.onFound);
  const matches: ImageMatches[] = [];
  const sizes = sizeTally(scaleByArea);
  await inOrder(
    pairs,
    (pair) => readFrame(pair, input),
    ({ size, image }, { gt }) => {
      sizes.add(size, gt);
      matches.push(image);
    },
    input.onProgress,
  );
  const [size] = sizes.result();
  const official = input.settings ?? [distanceSettings[0]];
  const settings = scaleByArea ? scaledSettings(official, areaOf(size)) : official;
  const objects = matches.flatMap(({ groundTruth }) =>
    groundTruth.filter(({ instId }) => instId >= 1000),
  );
  return {
    ...averagePrecision(matches, settings),
    images: pairs.length,
    sizes: sizes.result(),
    settings,
    objects: objects.length,
    tooSmall: objects.filter(({ pixelCount }) => pixelCount < (settings[0]?.minRegion ?? 0)).length,
    passedOver,
    unused,
    frames: pairs.map(({ frame }) => frame),
    chosen: () => chosenAp(matches, settings),
  };
}

/** AP and AP50 % of any choice of images, in each setting: `allAp`, `allAp50`, `allAp100m`, `allAp50%100m`, … */
function chosenAp(
  matches: readonly ImageMatches[],
  settings: readonly DistanceSetting[],
): (places: ArrayLike<number>) => ChosenScores {
  const scores = settings.flatMap((setting, k) => {
    const to = k === 0 ? '' : `${setting.distance}m`;
    const of = (overlaps: readonly number[]) => averagePrecisionOfDrawn(matches, setting, overlaps);
    return [
      [`allAp${to}`, of(overlapThresholds)],
      [k === 0 ? 'allAp50' : `allAp50%${to}`, of(overlapThresholds.slice(0, 1))],
    ] as const;
  });
  return (places) => Object.fromEntries(scores.map(([name, of]) => [name, of(places)]));
}

const evaluated = new Set(instanceLabels.map((l) => l.id));

async function readFrame(
  { gt, pred, frame }: FilePair,
  { pred: root, distances }: InstanceScoreInput,
): Promise<{ readonly size: Pick<LabelImage, 'height' | 'width'>; readonly image: ImageMatches }> {
  const truth = await readLabels(gt);
  const lines = parsePredictionLines(await readText(pred), pred, root);
  // The official tool does not open masks of labels that are not evaluated.
  const kept = lines.filter((line) => evaluated.has(line.labelId));
  const instances = asWords(truth);
  named(gt, () => checkInstances(instances));
  const known = await distances?.(frame, instances);
  const matcher = instanceMatcher(instances, known);
  // Inflation runs on other threads, a few masks ahead; each mask is dropped once it is counted.
  await inOrder(
    kept,
    (line) => readMaskOf(line, truth, gt),
    (mask, { labelId, confidence }) => matcher.add({ labelId, confidence, mask }),
  );
  const { height, width } = truth;
  return { size: { height, width }, image: matcher.result() };
}

/** Runs a step, with the file's name in front of its error. */
function named<T>(file: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

async function readMaskOf(line: PredictionLine, truth: LabelImage, gt: string) {
  const mask = await readMask(line.mask);
  checkSameSize(truth, gt, mask, line.mask);
  return mask.data;
}

/**
 * Reads the lines of a prediction file. A mask named twice keeps its last line, and a mask may be a link
 * to a file anywhere, as in the official tool.
 *
 * @param text content of the file
 * @param file its path; masks are relative to its folder
 * @param root folder of the predictions; masks must lie in it
 * @throws Error naming file and line number: not three fields, an absolute path or one outside
 *   `root`, an unknown label id, a confidence that is not a number
 */
export function parsePredictionLines(text: string, file: string, root: string): PredictionLine[] {
  const lines = text.split(/\r?\n/);
  // A file ends with a line break; that is no empty line.
  if (lines.at(-1) === '') lines.pop();
  const byMask = new Map<string, PredictionLine>();
  lines.forEach((line, k) => {
    const where = `${file}, line ${k + 1}`;
    const fields = line.split(' ');
    if (fields.length !== 3) {
      throw new Error(
        `${where}: expected "relativeMaskPath labelId confidence" with single spaces, got "${line}"`,
      );
    }
    const [path, label, score] = fields;
    if (isAbsolute(path)) {
      throw new Error(
        `${where}: mask path "${path}" is absolute; make it relative to the text file`,
      );
    }
    const mask = resolve(dirname(file), path);
    if (!liesIn(root, mask)) {
      throw new Error(`${where}: mask path "${path}" points outside the prediction folder ${root}`);
    }
    const labelId = Math.trunc(decimal(label));
    if (labelId !== -1 && !labelsById[labelId]) {
      throw new Error(
        `${where}: label id "${label}" does not exist; expected a regular id −1 … 33`,
      );
    }
    const confidence = decimal(score);
    if (Number.isNaN(confidence)) {
      throw new Error(`${where}: confidence "${score}" is not a number`);
    }
    byMask.set(mask, { mask, labelId, confidence });
  });
  return [...byMask.values()];
}

/** A decimal number or ±inf, as Python's float() reads it; NaN for anything else. */
function decimal(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : NaN;
}
