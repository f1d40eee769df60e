import type { Sample } from '@scene-mtl/core/samples';

/** Part of a data set. */
export type Split = 'train' | 'val' | 'test';

/** All splits, in their usual order. */
export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** Size of an image in px. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A set of annotated street images. It lists frames and reads them; targets are made elsewhere. */
export interface Dataset {
  /** Short name: `cityscapes`, `camvid`, `street`. */
  readonly name: string;
  /** Class names by training id. */
  readonly classes: readonly string[];
  /** RGB, 0–255, by training id. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** Training ids of the classes whose objects are told apart. */
  readonly instanceClasses: readonly number[];
  /** Which annotations the samples carry. */
  readonly annotations: { semantic: boolean; instance: boolean; disparity: boolean };
  /** Ids of the frames of a split, always in the same order. */
  list(split: Split): readonly string[];
  /** Files that a frame is read from, so that a cache sees them change; absent: it has none. */
  readonly files?: (id: string, split: Split) => readonly string[];
  /**
   * Reads one frame at `size` (px). The photograph is averaged down; labels, instances and disparity
   * take the nearest pixel (`resizeNearest`), and disparity is multiplied by the ratio of widths.
   * @throws when the frame is not in the split, or a file is missing, damaged or of another format;
   * the message names the file
   */
  read(id: string, split: Split, size: Size): Promise<Sample>;
}

/** Throws unless both sides are whole numbers of at least 1. */
export function assertSize(where: string, size: Size): void {
  if (
    !(Number.isInteger(size.height) && Number.isInteger(size.width)) ||
    size.height < 1 ||
    size.width < 1
  ) {
    throw new Error(
      `${where}: expected height and width as whole numbers of px, at least 1, got ${size.height} × ${size.width}`,
    );
  }
}
