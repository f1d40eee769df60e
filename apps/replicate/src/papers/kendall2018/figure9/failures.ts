import { legendOf } from '@scene-mtl/datasets';
import type { Sample } from '@scene-mtl/data';
import { confusion, errorCorrelation } from '@scene-mtl/eval';
import { classMapOf, type SemanticPrediction } from '@scene-mtl/vision-heads';
import { worstTogether } from '../../../measure/frame-choice.ts';
import { frameErrors, trainedTasks } from '../../../measure/frame-errors.ts';
import { errorMaps, rounded } from '../../../measure/pixel-errors.ts';
import { saveGrids, type GridFile } from '../../../measure/grid-file.ts';
import type { SceneMeasurement } from '../../../scenes/measurement.ts';
import { pairName, pairsOf } from './error-blocks.ts';
import { type ObjectError, objectErrors } from './object-errors.ts';
import { type ObjectGroup, objectGroups } from './object-groups.ts';

/** Rare classes and the pair of classes that figure 9 names, by Cityscapes' and CamVid's names. */
export const rareClasses = ['bus', 'fence', 'motorcycle'] as const;
/** Names of the road and of the way beside it. */
export const roadClasses = { road: ['road'], footpath: ['sidewalk', 'pavement'] } as const;

/** A frame and the rule that chose it. */
export type FailureFrame = { readonly rule: string; readonly frame: string };

/** What `failures` measures. */
export type Failures = {
  /** Pixels by true (row) and predicted class, rows as text; none without the semantic task. */
  readonly confusion: readonly string[];
  /** Pearson's r of the errors of pixels, by pair of tasks, over the whole split. */
  readonly pixelCorrelation: Readonly<
    Record<string, { readonly r: number | null; readonly pixels: number }>
  >;
  readonly objects: readonly ObjectGroup[];
  readonly shown: readonly FailureFrame[];
  readonly strips: readonly GridFile[];
};

/**
 * How a network fails, after figure 9: confusion of classes, errors of objects by size and occlusion,
 * correlation of the tasks' errors, and pictures of frames that rules choose.
 */
export const failures: SceneMeasurement<Failures> = {
  name: 'failures',
  version: 1,
  module: import.meta.url,
  async measure(place) {
    const trained = trainedTasks(place);
    const { classes } = legendOf(place.dataset);
    const matrix = trained.includes('semantic') ? confusion(classes.length) : undefined;
    const correlation = errorCorrelation(trained.length);
    const frames = frameErrors(place);
    const objects: ObjectError[] = [];
    const counts = { road: counter(roadPixels(classes)), rare: counter(rarePixels(classes)) };
    await place.each((sample, predictions) => {
      frames.add(sample, predictions);
      const maps = errorMaps(place.tasks, sample, predictions);
      const all = trained.flatMap((task) => maps[task] ?? []);
      if (all.length === trained.length) correlation.add(all);
      objects.push(...objectErrors(place.tasks, sample, predictions));
      const truth = classMapOf(sample);
      if (!matrix || !truth) return;
      const { classes: guess } = predictions['semantic'] as SemanticPrediction;
      matrix.add(truth.data, guess);
      for (const count of Object.values(counts)) count.add(sample, guess);
    });
    const { correlation: r, pixels } = correlation.result();
    const pairs = pairsOf(trained).map(([a, b]) => {
      const [i, j] = [trained.indexOf(a), trained.indexOf(b)];
      const value = Number.isFinite(r[i][j]) ? rounded(r[i][j]) : null;
      return [pairName([a, b]), { r: value, pixels: pixels[i][j] }] as const;
    });
    const largest = worst(objects.filter(({ extent }) => extent >= 0.5));
    const occluded = worst(objects.filter((object) => object.occluded));
    const shown: FailureFrame[] = [
      ...worstTogether(frames.errors, 2).map((at, k) => ({
        rule: `all tasks together: highest mean rank, place ${k + 1}`,
        frame: place.frames[at],
      })),
      ...chosen('most pixels confused between road and footpath', counts.road.most()),
      ...chosen(`most wrong pixels of ${rareClasses.join(', ')}`, counts.rare.most()),
      ...chosen('largest vector error of an object visible in pieces', occluded?.frame),
      ...chosen('largest vector error of an object of half the height or more', largest?.frame),
    ];
    const grids = await saveGrids(
      place,
      shown.map(({ frame }) => frame),
    );
    return {
      confusion: matrix?.result().matrix.map((row) => row.join(' ')) ?? [],
      pixelCorrelation: Object.fromEntries(pairs),
      objects: objectGroups(objects),
      shown,
      strips: grids,
    };
  },
};

const chosen = (rule: string, frame: string | undefined): FailureFrame[] =>
  frame === undefined ? [] : [{ rule, frame }];

const worst = (objects: readonly ObjectError[]): ObjectError | undefined =>
  objects.reduce<ObjectError | undefined>((w, o) => (w && w.vector >= o.vector ? w : o), undefined);

/** Finds the frame with the most pixels of a kind; the earlier of equal ones. */
function counter(counts: (truth: number, guess: number) => boolean) {
  let best: { frame: string; n: number } | undefined;
  return {
    add(sample: Sample, guess: Uint8Array): void {
      let n = 0;
      classMapOf(sample)?.data.forEach((truth, i) => (n += Number(counts(truth, guess[i]))));
      if (n > (best?.n ?? 0)) best = { frame: sample.id, n };
    },
    most: () => best?.frame,
  };
}

function roadPixels(classes: readonly string[]): (truth: number, guess: number) => boolean {
  const [road, path] = [roadClasses.road, roadClasses.footpath].map((names) =>
    classes.findIndex((name) => (names as readonly string[]).includes(name.toLowerCase())),
  );
  return (t, g) =>
    road >= 0 && path >= 0 && ((t === road && g === path) || (t === path && g === road));
}

function rarePixels(classes: readonly string[]): (truth: number, guess: number) => boolean {
  const rare = new Set(classes.flatMap((name, c) => (isRare(name) ? [c] : [])));
  return (t, g) => rare.has(t) && t !== g;
}

const isRare = (name: string): boolean =>
  (rareClasses as readonly string[]).includes(name.toLowerCase());
