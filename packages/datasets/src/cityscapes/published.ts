/** What is known of one class in Cityscapes' fine annotations. */
export interface PublishedClass {
  /** Share among the pixels of the 19 classes, training split (constants of the DANNet family). */
  readonly share: number;
  /** Objects per image, training split (counts of the Mask R-CNN paper ÷ 2975). */
  readonly objects?: number;
  /** Mean size in px of 1024 × 2048 (`avgClassSize` of cityscapesScripts 2.2.4). */
  readonly meanSize?: number;
}

/** Cityscapes' class statistics by training id, to compare other trees with. */
export const cityscapesStatistics: readonly PublishedClass[] = [
  { share: 0.3687 },
  { share: 0.0608 },
  { share: 0.2282 },
  { share: 0.0066 },
  { share: 0.0088 },
  { share: 0.0123 },
  { share: 0.0021 },
  { share: 0.0055 },
  { share: 0.1593 },
  { share: 0.0116 },
  { share: 0.0402 },
  { share: 0.0122, objects: 6, meanSize: 3462 },
  { share: 0.00135, objects: 0.61, meanSize: 3930 },
  { share: 0.0699, objects: 9, meanSize: 12794 },
  { share: 0.00267, objects: 0.17, meanSize: 27855 },
  { share: 0.00235, objects: 0.13, meanSize: 35732 },
  { share: 0.00233, objects: 0.07, meanSize: 67584 },
  { share: 0.00099, objects: 0.24, meanSize: 6299 },
  { share: 0.00414, objects: 1.24, meanSize: 4672 },
];

/** Standard deviation of Cityscapes' disparity, px at 2048 (Sener & Koltun's constant ÷ 256). */
export const CITYSCAPES_DISPARITY_DEVIATION = 10.66;

/**
 * What 14 frames of Cityscapes gave at 1024 × 2048 (measured in November 2026): few, so that the share of objects
 * in pieces is known to ±2.4 points.
 */
export const cityscapesFrames = {
  frames: 14,
  /** Share of objects in two or more pieces. */
  split: 0.136,
  /** Known disparities that are not 0, px; their shares by cells of 10 px, the last one open. */
  disparity: {
    mean: 34.8,
    deviation: 27.8,
    shares: [0.23, 0.18, 0.13, 0.09, 0.08, 0.07, 0.07, 0.06, 0.06, 0.03, 0.004, 0.001],
  },
  /** Share of pixels whose disparity is known. */
  valid: 0.839,
  /** Share of the sky whose disparity is known, how much of that is 0, and the mean of the rest, px. */
  sky: { known: 0.64, zero: 0.51, mean: 3.2 },
} as const;
