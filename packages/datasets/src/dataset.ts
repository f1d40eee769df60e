import type { Annotation, ClassLegend, Sample, Size } from '@scene-mtl/data';
import type { LeftOut } from '@scene-mtl/data/walk';

/** Part of a data set. */
export type Split = 'train' | 'val' | 'test';

/** All splits, in their usual order. */
export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** What the numbers of a map of classes mean. */
export type Legend = ClassLegend;

/** A set of annotated examples. It lists them and reads them; targets are made elsewhere. */
export interface Dataset {
  /** Short name: `cityscapes`, `camvid`, `street`, `multi-mnist`. */
  readonly name: string;
  /** Names of the annotations that the samples carry: their fields without the photograph and camera. */
  readonly fields: readonly string[];
  /**
   * What the fields mean, by name; for those that are absent the usual meaning of their name
   * (`annotationsOf`).
   */
  readonly annotations?: Readonly<Record<string, Annotation>> | undefined;
  /** Classes of the pixels in the field `semantic`; absent where the data has none. */
  readonly legend?: Legend | undefined;
  /** Class names of each field of kind `label`, by the field's name; absent where there is none. */
  readonly labels?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Length of each annotation of kind `numbers`, by the field's name; absent where there is none. */
  readonly numbers?: Readonly<Record<string, number>> | undefined;
  /** Ids of the frames of a split, always in the same order. */
  list(split: Split): readonly string[];
  /** Files that a frame is read from, so that a cache sees them change; absent: it has none. */
  readonly files?: (id: string, split: Split) => readonly string[];
  /** What lies in the folders of the data and is not taken, and why; absent: nothing. */
  readonly leftOut?: readonly LeftOut[];
  /** What is odd about the data as a whole, a sentence each; absent: nothing. */
  readonly notes?: readonly string[];
  /** Size of a frame's own picture, px; absent: any size is as good. */
  readonly nativeSize?: (id: string, split: Split) => Promise<Size>;
  /**
   * Reads one frame at `size` (px), as the kinds of its fields say: the photograph is averaged down;
   * labels, objects and disparity take the nearest pixel (`resizeNearest`), and disparity is multiplied
   * by the ratio of widths. Data without a picture leaves the size unused.
   * @throws when the frame is not in the split, or a file is missing, damaged or of another format;
   * the message names the file
   */
  read(id: string, split: Split, size: Size): Promise<Sample>;
}

/** The legend of data without classes of pixels. */
export const NO_CLASSES: Legend = { classes: [], palette: [], instanceClasses: [] };

/**
 * Classes of a data set.
 * @throws when it has none
 * @example
 * ```ts
 * import { legendOf, NO_CLASSES } from '@scene-mtl/datasets';
 * legendOf({ name: 'mine', legend: { ...NO_CLASSES, classes: ['road', 'sky'] } }).classes; // → ['road', 'sky']
 * ```
 */
export function legendOf({ name, legend }: Pick<Dataset, 'name' | 'legend'>): Legend {
  if (legend !== undefined) return legend;
  throw new Error(`${name}: expected data with classes of pixels, as Cityscapes and CamVid have`);
}
