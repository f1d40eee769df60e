import type { Size, Window } from '@scene-mtl/data';

/** How a photograph meets a network whose pictures have one size. */
export const FITS = ['windows', 'resize', 'letterbox'] as const;

/** See {@link planOf}. */
export type Fit = (typeof FITS)[number];

/** What of a photograph the network is shown. */
export interface PhotoPlan {
  /** Size to which the photograph is brought, px: that of the predictions. */
  readonly size: Size;
  /** Cuts of the network's size. One may reach beyond the photograph. */
  readonly windows: readonly Window[];
}

/** Share of a window that the next one sees too, at least. */
const OVERLAP = 0.25;

/** A photograph whose sides are to each other as the network's but for this factor is not cut. */
const SAME_SHAPE = 1.05;

/**
 * Where the network looks in a photograph.
 *
 * - `windows`: the photograph keeps its shape and just covers the network's size; windows that overlap lie along
 *   its longer side. One of (nearly) the network's shape is resized.
 * - `resize`: the whole is squashed or stretched to the network's size.
 * - `letterbox`: the photograph keeps its shape and just fits into the network's size, in the middle.
 *
 * A frame of KITTI, 375×1242, and a network of 192×256: 636 columns at 192 rows, three windows of 256.
 * @param native size of the photograph, px
 * @param input size of the network's pictures, px
 */
export function planOf(fit: Fit, native: Size, input: Size): PhotoPlan {
  const [down, across] = [input.height / native.height, input.width / native.width];
  const isAlike = Math.max(down, across) / Math.min(down, across) <= SAME_SHAPE;
  if (fit === 'resize' || (fit === 'windows' && isAlike)) {
    return { size: input, windows: [{ top: 0, left: 0, ...input }] };
  }
  const scale = fit === 'windows' ? Math.max(down, across) : Math.min(down, across);
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const size = { height: side(native.height), width: side(native.width) };
  if (fit === 'letterbox') {
    const [top, left] = [size.height - input.height, size.width - input.width];
    const middle = { top: Math.ceil(top / 2), left: Math.ceil(left / 2) };
    return { size, windows: [{ ...middle, ...input }] };
  }
  const windows = offsets(size.height, input.height).flatMap((top) =>
    offsets(size.width, input.width).map((left) => ({ top, left, ...input })),
  );
  return { size, windows };
}

/** Where windows begin along a side, evenly, the last at its end. */
function offsets(side: number, window: number): number[] {
  const most = window * (1 - OVERLAP);
  const steps = Math.ceil(Math.max(0, side - window) / most);
  return Array.from({ length: steps + 1 }, (_, i) =>
    Math.round((i * (side - window)) / Math.max(1, steps)),
  );
}
