import type { Split } from '../../dataset.ts';
import { TRAIN_CITIES, VAL_CITIES } from '../scene/city.ts';
import type { FrameName } from '../scene/street.ts';

/** One frame of a tree to be. */
export interface PlannedFrame {
  readonly split: Split;
  /** Cityscapes file stem: `city_seq_frame`. */
  readonly id: string;
  readonly name: FrameName;
}

/** Frames per split. */
export interface FrameCounts {
  readonly train: number;
  readonly val: number;
}

/**
 * Frames of a tree: each split goes round its own cities, so the first n frames of a larger tree
 * are those of a smaller one. As in most of Cityscapes, the annotated frame is number 19 of its
 * sequence.
 */
export function planTree(seed: number, frames: FrameCounts): PlannedFrame[] {
  const split = (name: 'train' | 'val', cities: readonly string[]) =>
    Array.from({ length: frames[name] }, (_, i): PlannedFrame => {
      const city = cities[i % cities.length];
      const index = Math.floor(i / cities.length);
      const id = `${city}_${String(index).padStart(6, '0')}_000019`;
      return { split: name, id, name: { seed, city, index } };
    });
  return [...split('train', TRAIN_CITIES), ...split('val', VAL_CITIES)];
}
